//! How a plugin asks its requests to be authenticated. The plugin names a
//! scheme; the host holds the secret and applies it after the plugin has built
//! the request, and only towards origins that the manifest lists with it.
//!
//! A scheme that this host can't apply is a load error: a plugin that believes
//! its requests to be signed must not find out from its upstream.
//!
//! Each family of schemes has a file that says what it is declared with and
//! reads it; `SCHEMES` is where they meet.

mod aws;
mod google;
mod oauth2;
mod oci;
mod simple;

use http::HeaderName;

use super::name::Name;
use super::template::Template;
use crate::settings::document::{Fields, Node};

pub(crate) use aws::is_scope as is_aws_scope;
pub use aws::{AwsKeys, AwsSigV4};
pub use google::GoogleAccount;
pub use oauth2::{ClientAuth, ClientCredentials};
pub use oci::OciSignature;

/// An `[auth.NAME]` of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthScheme {
    /// No credential, said out loud.
    None,
    /// `Authorization: Bearer SECRET` (RFC 6750).
    Bearer {
        /// The token.
        secret: Name,
    },
    /// A header of its own.
    Header {
        /// What goes into it.
        secret: Name,
        /// Its name.
        header: HeaderName,
        /// What stands before the secret, as in `Api-Key ` with its space;
        /// often empty.
        prefix: String,
    },
    /// A parameter of the URL's query.
    Query {
        /// Its value.
        secret: Name,
        /// Its name.
        parameter: String,
    },
    /// `Authorization: Basic USER:PASSWORD` (RFC 7617).
    Basic {
        /// The user.
        user: Identity,
        /// The password.
        password: Name,
    },
    /// `oauth2-client-credentials`: a bearer token of a token endpoint.
    ClientCredentials(ClientCredentials),
    /// `google-service-account`: a bearer token of Google's.
    Google(GoogleAccount),
    /// `aws-sigv4`: a signature of AWS's.
    AwsSigV4(Box<AwsSigV4>),
    /// `oci-signature`: a signature of Oracle's.
    OciSignature(OciSignature),
}

/// Who authenticates: the user of a password, the id of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// `user = "..."`: as it is, or with config values in it.
    Text(Template),
    /// `user-secret = "..."`: a secret too.
    Secret(Name),
}

impl Identity {
    fn text(&self) -> Option<&Template> {
        match self {
            Self::Text(template) => Some(template),
            Self::Secret(_) => None,
        }
    }

    fn secret(&self) -> Option<&Name> {
        match self {
            Self::Text(_) => None,
            Self::Secret(name) => Some(name),
        }
    }
}

/// Reads what is declared besides `scheme`. The caller reports unknown fields.
type Reader = fn(&mut Fields<'_>) -> Option<AuthScheme>;

/// The schemes this host applies.
const SCHEMES: &[(&str, Reader)] = &[
    ("none", simple::none),
    ("bearer", simple::bearer),
    ("header", simple::header),
    ("query", simple::query),
    ("basic", simple::basic),
    ("oauth2-client-credentials", oauth2::read),
    ("google-service-account", google::read),
    ("aws-sigv4", aws::read),
    ("oci-signature", oci::read),
];

impl AuthScheme {
    /// The secrets that it uses.
    pub fn secrets(&self) -> Vec<&Name> {
        match self {
            Self::None => Vec::new(),
            Self::Bearer { secret } | Self::Header { secret, .. } | Self::Query { secret, .. } => {
                vec![secret]
            }
            Self::Basic { user, password } => user.secret().into_iter().chain([password]).collect(),
            Self::ClientCredentials(client) => client.secrets(),
            Self::Google(account) => vec![&account.secret],
            Self::AwsSigV4(scheme) => scheme.secrets(),
            Self::OciSignature(scheme) => scheme.secrets(),
        }
    }

    /// The texts of it that have config values in them.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::None | Self::Bearer { .. } | Self::Header { .. } | Self::Query { .. } | Self::Google(_) => {
                Vec::new()
            }
            Self::Basic { user, .. } => user.text().into_iter().collect(),
            Self::ClientCredentials(client) => client.templates(),
            Self::AwsSigV4(scheme) => scheme.templates(),
            Self::OciSignature(scheme) => scheme.account(),
        }
    }

    /// Those of them that say whose credential it is and where it is exchanged.
    /// They belong to a credential as the secrets do, and go with another's as
    /// little.
    pub(crate) fn account(&self) -> Vec<&Template> {
        match self {
            Self::None | Self::Bearer { .. } | Self::Header { .. } | Self::Query { .. } | Self::Google(_) => {
                Vec::new()
            }
            Self::Basic { user, .. } => user.text().into_iter().collect(),
            Self::ClientCredentials(client) => client.account(),
            Self::AwsSigV4(scheme) => scheme.account(),
            Self::OciSignature(scheme) => scheme.account(),
        }
    }

    /// Those of them that say where the machine which the host runs on is given
    /// credentials: whoever asks from there has them, without a secret.
    pub(crate) fn of_machine(&self) -> Vec<&Template> {
        match self {
            Self::AwsSigV4(scheme) => scheme.of_machine(),
            Self::None
            | Self::Bearer { .. }
            | Self::Header { .. }
            | Self::Query { .. }
            | Self::Basic { .. }
            | Self::ClientCredentials(_)
            | Self::Google(_)
            | Self::OciSignature(_) => Vec::new(),
        }
    }

    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let scheme = fields.require("scheme", "\"bearer\"");
        let word = scheme.as_ref().and_then(Node::string).unwrap_or_default();
        let read = match SCHEMES.iter().find(|(name, _)| *name == word) {
            Some((_, reader)) => reader(&mut fields),
            None => {
                if let Some(scheme) = scheme.filter(|_| !word.is_empty()) {
                    let words: Vec<(&str, ())> = SCHEMES.iter().map(|(word, _)| (*word, ())).collect();
                    scheme.word(&words);
                }
                // Which fields another scheme has isn't known here.
                let _ = fields.take_all();
                None
            }
        };
        fields.finish();
        read
    }
}

/// Reads who authenticates: as a text, or as the name of a secret.
fn read_identity(fields: &mut Fields<'_>, text: &'static str, secret: &'static str) -> Option<Identity> {
    match (fields.take(text), fields.take(secret)) {
        (Some(node), None) => node.parse().map(Identity::Text),
        (None, Some(node)) => node.parse().map(Identity::Secret),
        (None, None) => {
            fields.reject(format!(
                "`{text}` is missing: write `{text} = \"...\"`, or `{secret} = \"NAME\"` where it is a secret"
            ));
            None
        }
        (Some(_), Some(node)) => {
            node.reject_name(format!("`{text}` and `{secret}` exclude each other: keep one"));
            None
        }
    }
}
