//! A key file of Google's: what a service account's owner downloads, or what
//! `gcloud auth application-default login` leaves behind.
//!
//! Against a key that is printed because it is wrong: no message here repeats
//! anything of the file but the names of its members and its `type`.

use http::HeaderValue;
use serde::Deserialize;
use url::Url;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::super::RsaSigner;
use crate::egress::{policy::NamedBy, url::parse as parse_url};

/// Where application-default credentials get their tokens.
const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";

/// Google's own token endpoints: that of today, those of older key files, and
/// that of clients with certificates.
const GOOGLES: [&str; 5] = [
    TOKEN_URL,
    "https://oauth2.mtls.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
    "https://www.googleapis.com/oauth2/v3/token",
    "https://accounts.google.com/o/oauth2/token",
];

/// Kinds of credentials that Google knows beside the two that are read here.
const OTHERS: [&str; 4] = [
    "external_account",
    "external_account_authorized_user",
    "impersonated_service_account",
    "gdch_service_account",
];

const SUPPORTED: &str = "use a service account's key file (type service_account), or what `gcloud auth application-default login` writes (type authorized_user)";

/// A key file.
pub(super) struct KeyFile {
    /// Where its tokens come from.
    pub(super) token_url: Url,
    /// The same as it is written there: a claim names it letter by letter.
    pub(super) audience: String,
    /// Who pays, if that isn't the credential's own project.
    pub(super) quota_project: Option<HeaderValue>,
    /// What is exchanged.
    pub(super) credential: Credential,
}

/// What is exchanged for a token.
pub(super) enum Credential {
    /// A claim, signed with the account's key.
    ServiceAccount {
        /// The account.
        email: String,
        /// Which of its keys.
        key_id: Option<String>,
        /// The key.
        signer: RsaSigner,
    },
    /// A person's refresh token.
    User {
        /// The application that the person logged in with.
        client_id: String,
        /// Its secret.
        client_secret: Zeroizing<String>,
        /// The refresh token.
        refresh_token: Zeroizing<String>,
    },
}

/// As it is written.
#[derive(Default, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Written {
    r#type: Option<String>,
    client_email: Option<String>,
    private_key: Option<String>,
    private_key_id: Option<String>,
    token_uri: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    refresh_token: Option<String>,
    quota_project_id: Option<String>,
}

impl Written {
    fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| {
            // The parser's own words may quote the text.
            let place = format!("line {}, column {}", error.line(), error.column());
            match error.is_data() {
                true => format!("the key file has a member of the wrong type ({place}); copy it whole"),
                false => format!("the key file isn't JSON ({place}); copy it whole"),
            }
        })
    }
}

impl KeyFile {
    /// Whether somebody beside the file says that its tokens come from there.
    pub(super) fn named_by(&self) -> NamedBy {
        match GOOGLES.contains(&self.token_url.as_str()) {
            true => NamedBy::Operator,
            false => NamedBy::Credential,
        }
    }

    /// Reads a key file.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut written = Written::read(text)?;
        let kind = written.r#type.take().unwrap_or_default();
        let (credential, audience) = match kind.as_str() {
            "service_account" => {
                let email = member(&mut written.client_email, "client_email", &kind)?;
                let pem = Zeroizing::new(member(&mut written.private_key, "private_key", &kind)?);
                let signer = RsaSigner::from_pem(&pem);
                let signer = signer.map_err(|flaw| format!("the key file's private_key {flaw}"))?;
                let key_id = written.private_key_id.take();
                let audience = member(&mut written.token_uri, "token_uri", &kind)?;
                (Credential::ServiceAccount { email, key_id, signer }, audience)
            }
            "authorized_user" => {
                let client_id = member(&mut written.client_id, "client_id", &kind)?;
                let secret = member(&mut written.client_secret, "client_secret", &kind)?;
                let token = member(&mut written.refresh_token, "refresh_token", &kind)?;
                let (client_secret, refresh_token) = (Zeroizing::new(secret), Zeroizing::new(token));
                let audience = written.token_uri.take().unwrap_or_else(|| TOKEN_URL.to_owned());
                (Credential::User { client_id, client_secret, refresh_token }, audience)
            }
            "" => return Err(format!("the key file has no member `type`; {SUPPORTED}")),
            other if OTHERS.contains(&other) => {
                return Err(format!("credentials of type {other} are not supported; {SUPPORTED}"));
            }
            _ => return Err(format!("the key file's type is unknown; {SUPPORTED}")),
        };
        let token_url = parse_url(&audience).map_err(|error| format!("the key file's token_uri: {error}"))?;
        let quota_project = match written.quota_project_id.take() {
            None => None,
            Some(project) => Some(HeaderValue::from_str(&project).map_err(|_| {
                "the key file's quota_project_id isn't the name of a project; correct it".to_owned()
            })?),
        };
        Ok(Self { token_url, audience, quota_project, credential })
    }
}

fn member(value: &mut Option<String>, name: &str, kind: &str) -> Result<String, String> {
    value.take().filter(|value| !value.trim().is_empty()).ok_or_else(|| {
        format!("the key file of type {kind} has no member `{name}`; download it again, or log in again")
    })
}

/// Whether a text is a key file.
pub(super) fn check(text: &str) -> Result<(), String> {
    KeyFile::parse(text).map(drop)
}

/// What is secret in a key file. A private key is looked for line by line: in
/// whichever way its lines are joined, each of them is found.
pub(super) fn parts(text: &str) -> Vec<Zeroizing<String>> {
    let Ok(mut written) = Written::read(text) else { return Vec::new() };
    let mut parts = Vec::new();
    if let Some(pem) = written.private_key.take().map(Zeroizing::new) {
        parts.extend(super::super::rsa::lines(&pem));
    }
    parts.extend(
        [written.client_secret.take(), written.refresh_token.take()]
            .into_iter()
            .flatten()
            .map(Zeroizing::new),
    );
    parts
}

#[cfg(test)]
mod tests;
