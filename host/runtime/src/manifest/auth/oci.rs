//! `oci-signature`: requests are signed with a key of Oracle's cloud, a user's or
//! a session's.

use super::AuthScheme;
use crate::manifest::name::Name;
use crate::manifest::template::Template;
use crate::settings::document::Fields;

/// What `oci-signature` is declared with. Whose key it is comes from `tenancy`,
/// `user` and `fingerprint`, and each that is absent from the profile of the
/// configuration file; unless there is the token of a session, which says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OciSignature {
    /// The private key, in PEM.
    pub private_key: Name,
    /// `~/.oci/config`.
    pub config_file: Option<Name>,
    /// The token of a session.
    pub session_token: Option<Name>,
    /// The profile of that file; `DEFAULT` without one.
    pub profile: Option<Template>,
    /// The tenancy's OCID.
    pub tenancy: Option<Template>,
    /// The user's OCID.
    pub user: Option<Template>,
    /// The public key's fingerprint.
    pub fingerprint: Option<Template>,
}

pub(super) fn read(fields: &mut Fields<'_>) -> Option<AuthScheme> {
    let private_key = fields.require("private-key", "\"private-key\"").and_then(|node| node.parse());
    let config_file = fields.take("config-file").and_then(|node| node.parse());
    let session_token = fields.take("session-token").and_then(|node| node.parse());
    let mut text = |name| fields.take(name).and_then(|node| node.parse::<Template>());
    let (profile, tenancy, user, fingerprint) =
        (text("profile"), text("tenancy"), text("user"), text("fingerprint"));
    if config_file.is_none() {
        if profile.is_some() {
            fields.reject("`profile` needs `config-file`: write both");
        }
        if [&tenancy, &user, &fingerprint].iter().any(|part| part.is_none()) {
            fields.reject(
                "without `config-file`, `tenancy`, `user` and `fingerprint` are needed: write all three",
            );
        }
    }
    let private_key = private_key?;
    Some(AuthScheme::OciSignature(OciSignature {
        private_key,
        config_file,
        session_token,
        profile,
        tenancy,
        user,
        fingerprint,
    }))
}

impl OciSignature {
    /// The secrets that it uses.
    pub fn secrets(&self) -> Vec<&Name> {
        [&self.private_key].into_iter().chain(&self.config_file).chain(&self.session_token).collect()
    }

    /// Whose key it is.
    pub(super) fn account(&self) -> Vec<&Template> {
        [&self.profile, &self.tenancy, &self.user, &self.fingerprint].into_iter().flatten().collect()
    }
}
