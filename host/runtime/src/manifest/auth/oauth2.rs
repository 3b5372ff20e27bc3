//! `oauth2-client-credentials`: a client id and its secret are exchanged for a
//! token at a token endpoint (RFC 6749, section 4.4), as Entra ID and Databricks
//! want it.

use std::collections::BTreeMap;

use url::Url;

use super::{AuthScheme, Identity, read_identity};
use crate::egress::url::parse;
use crate::manifest::bind::BoundConfig;
use crate::manifest::name::Name;
use crate::manifest::template::{Piece, Template, fits_host, fits_path};
use crate::manifest::value::ConfigValue;
use crate::settings::document::{Fields, Node};

/// What `oauth2-client-credentials` is declared with:
///
/// ```toml
/// [auth.entra]
/// scheme = "oauth2-client-credentials"
/// token-url = "https://login.microsoftonline.com/{tenant-id}/oauth2/v2.0/token"
/// client-id = "{client-id}"            # or client-id-secret = "client-id"
/// client-secret = "client-secret"      # the name of a secret
/// scope = "https://cognitiveservices.azure.com/.default"
/// client-auth = "post"                 # "basic" without it
/// parameters = { tenant = "{tenant-id}" } # what else the endpoint wants
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    /// Where tokens come from, as in
    /// `https://login.microsoftonline.com/{tenant-id}/oauth2/v2.0/token`. Its
    /// origin must be granted like every other.
    pub token_url: Template,
    /// Who asks.
    pub client_id: Identity,
    /// With which secret.
    pub client_secret: Name,
    /// How id and secret are sent.
    pub client_auth: ClientAuth,
    /// `scope`, `audience`, `resource` and whatever else the endpoint wants. One
    /// whose config value is absent is left out.
    pub parameters: BTreeMap<String, Template>,
}

/// How a client proves who it is (RFC 6749, section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientAuth {
    /// `Authorization: Basic ...`, which every endpoint must know.
    #[default]
    Basic,
    /// `client_id` and `client_secret` in the form.
    Post,
}

impl ClientAuth {
    const WORDS: &[(&str, Self)] = &[("basic", Self::Basic), ("post", Self::Post)];
}

/// Parameters with a field of their own.
const NAMED: [&str; 3] = ["scope", "audience", "resource"];

/// Parameters that the host writes.
const OWN: [&str; 3] = ["grant_type", "client_id", "client_secret"];

pub(super) fn read(fields: &mut Fields<'_>) -> Option<AuthScheme> {
    let token_url = fields.require("token-url", "\"https://login.example.com/{tenant-id}/token\"");
    let token_url = token_url.and_then(|node| read_url(&node));
    let client_id = read_identity(fields, "client-id", "client-id-secret");
    let client_secret = fields.require("client-secret", "\"client-secret\"").and_then(|node| node.parse());
    let client_auth = match fields.take("client-auth") {
        Some(node) => node.word(ClientAuth::WORDS),
        None => Some(ClientAuth::default()),
    };
    let mut parameters = BTreeMap::new();
    for name in NAMED {
        if let Some(template) = fields.take(name).and_then(|node| node.parse()) {
            parameters.insert(name.to_owned(), template);
        }
    }
    if let Some(mut more) = fields.take("parameters").and_then(|node| node.fields()) {
        for (name, node) in more.take_all() {
            if let Some(template) = parameter(name, &node) {
                parameters.insert(name.to_owned(), template);
            }
        }
        more.finish();
    }
    Some(AuthScheme::ClientCredentials(ClientCredentials {
        token_url: token_url?,
        client_id: client_id?,
        client_secret: client_secret?,
        client_auth: client_auth?,
        parameters,
    }))
}

/// A URL whose origin is written out, or is that of one config value.
fn read_url(node: &Node<'_>) -> Option<Template> {
    let text = node.string()?;
    let template: Template = node.parse()?;
    match template.pieces() {
        // What follows must not become a part of the host.
        [Piece::Value(_)] => return Some(template),
        [Piece::Value(_), Piece::Text(path), ..] if path.starts_with('/') => return Some(template),
        [Piece::Text(_), ..] if text.starts_with("https://") || text.starts_with("http://") => {
            return Some(template);
        }
        [Piece::Value(name), ..] => {
            node.reject(format!(
                "what stands behind {{{name}}} must begin with a slash, as in \"{{{name}}}/token\""
            ));
            return None;
        }
        _ => {}
    }
    node.reject(format!("{text:?} isn't a URL: begin it with https://, or with a config value that is one"));
    None
}

fn parameter(name: &str, node: &Node<'_>) -> Option<Template> {
    if OWN.contains(&name) {
        node.reject_name(format!("`{name}` is the host's to write: remove it"));
        return None;
    }
    if NAMED.contains(&name) {
        node.reject_name(format!(
            "`{name}` has a field of its own: write `{name} = \"...\"` beside `scheme`"
        ));
        return None;
    }
    node.parse()
}

impl ClientCredentials {
    /// Where tokens come from with these values; nothing where one is absent.
    ///
    /// # Errors
    /// When a value would make another URL of it than the manifest says.
    pub fn token_url(&self, config: &BoundConfig) -> Result<Option<Url>, String> {
        let mut text = String::new();
        for piece in self.token_url.pieces() {
            let name = match piece {
                Piece::Text(literal) => {
                    text.push_str(literal);
                    continue;
                }
                Piece::Value(name) => name,
            };
            let Some(value) = config.get(name.as_str()) else { return Ok(None) };
            let value = match value {
                ConfigValue::Text(value) => value.clone(),
                other => other.to_string(),
            };
            let in_host = text.split_once("://").is_some_and(|(_, rest)| !rest.contains('/'));
            let fits = match () {
                // The URL type of the value has seen to it.
                () if text.is_empty() => value.starts_with("https://") || value.starts_with("http://"),
                () if in_host => fits_host(&value),
                () => fits_path(&value) && value.bytes().any(|c| c != b'.'),
            };
            if !fits {
                return Err(format!("config.{name}: {value:?} can't stand in {}", self.token_url));
            }
            text.push_str(value.trim_end_matches('/'));
        }
        parse(&text).map(Some).map_err(|error| format!("its token-url {}: {error}", self.token_url))
    }

    pub(super) fn secrets(&self) -> Vec<&Name> {
        self.client_id.secret().into_iter().chain([&self.client_secret]).collect()
    }

    pub(super) fn templates(&self) -> Vec<&Template> {
        self.account().into_iter().chain(self.parameters.values()).collect()
    }

    /// Whose credential it is, and where it is exchanged. The parameters are
    /// the API's: what its tokens are for.
    pub(super) fn account(&self) -> Vec<&Template> {
        [&self.token_url].into_iter().chain(self.client_id.text()).collect()
    }
}
