//! `google-service-account`: the JSON of a key file, or of application-default
//! credentials, is exchanged for a token of Google's.

use super::AuthScheme;
use crate::manifest::name::Name;
use crate::settings::document::Fields;

/// The scope of everything in Google Cloud; what the key's account may do is
/// decided there.
const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// What `google-service-account` is declared with:
///
/// ```toml
/// [auth.google]
/// scheme = "google-service-account"
/// secret = "service-account"           # the JSON of a key file, or a file that has it
/// scope = "https://www.googleapis.com/auth/cloud-platform" # this without it
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoogleAccount {
    /// The JSON: of type `service_account` or `authorized_user`. Where its
    /// tokens come from stands in it, and must be granted like every other
    /// origin; where that is none of Google's own endpoints, with `tokens = true`.
    pub secret: Name,
    /// What the token is good for: scopes with spaces between them.
    pub scope: String,
}

pub(super) fn read(fields: &mut Fields<'_>) -> Option<AuthScheme> {
    let secret = fields.require("secret", "\"service-account\"").and_then(|node| node.parse());
    let scope = match fields.take("scope") {
        None => Some(CLOUD_PLATFORM.to_owned()),
        Some(node) => node.string().and_then(|text| {
            if text.trim().is_empty() {
                node.reject(format!("a scope isn't empty: write \"{CLOUD_PLATFORM}\", or leave it out"));
                return None;
            }
            Some(text.to_owned())
        }),
    };
    Some(AuthScheme::Google(GoogleAccount { secret: secret?, scope: scope? }))
}
