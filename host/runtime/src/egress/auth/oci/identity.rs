//! Whose key signs: tenancy, user and fingerprint, as values or from a profile
//! of `~/.oci/config`; or the session whose token says all of that.
//!
//! <https://docs.oracle.com/iaas/Content/API/Concepts/sdkconfig.htm>
//! <https://docs.oracle.com/iaas/Content/API/SDKDocs/clitoken.htm>

use zeroize::Zeroizing;

use super::super::ini::{Comments, Ini};
use super::{Generation, RsaSigner, SharedSecret};

/// The section that others take their missing values from.
const DEFAULT: &str = "DEFAULT";

/// Whose key it is. What is absent comes from the profile.
#[derive(Debug, Default)]
pub struct OciIdentity {
    /// The tenancy's OCID.
    pub tenancy: Option<String>,
    /// The user's OCID.
    pub user: Option<String>,
    /// The public key's fingerprint.
    pub fingerprint: Option<String>,
    /// `~/.oci/config`.
    pub config: Option<SharedSecret>,
    /// The profile of that file; `DEFAULT` without one.
    pub profile: Option<String>,
    /// The token of a session, whose own key then signs. Whose it is stands in
    /// it.
    pub session: Option<SharedSecret>,
}

impl OciIdentity {
    /// `TENANCY/USER/FINGERPRINT`, or `ST$TOKEN`.
    pub(super) fn key_id(&self) -> Result<Zeroizing<String>, String> {
        if let Some(session) = &self.session {
            let token = session.expose();
            return check_session(&token).map(|()| Zeroizing::new(format!("ST${}", token.trim())));
        }
        let text = self.config.as_ref().map(SharedSecret::expose);
        let ini = match &text {
            Some(text) => read(text)?,
            None => Ini::default(),
        };
        let profile = self.profile.as_deref().unwrap_or(DEFAULT);
        let own = ini.section(profile);
        if self.config.is_some() && own.is_none() {
            return Err(format!(
                "there is no profile [{profile}] in the configuration file; write it there, or name another"
            ));
        }
        let has = |name| own.and_then(|section| section.get(name)).is_some();
        if has("security_token_file") && self.user.is_none() && !has("user") {
            return Err(format!(
                "profile [{profile}] is of a session; set the secret for a session's token to the file that its security_token_file names"
            ));
        }
        let part = |own_value: &Option<String>, name: &str| {
            let written = || own.and_then(|section| section.get(name));
            let inherited = || ini.section(DEFAULT).and_then(|section| section.get(name));
            let value = own_value.as_deref().or_else(written).or_else(inherited);
            let value = value.ok_or_else(|| {
                format!("no {name} is set; write config.{name}, or `{name}` into profile [{profile}] of the configuration file")
            })?;
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
            if value.bytes().all(plain) {
                return Ok(value.to_owned());
            }
            Err(format!("the {name} has other characters than letters, digits, . - _ : in it; correct it"))
        };
        let parts = [
            part(&self.tenancy, "tenancy")?,
            part(&self.user, "user")?,
            part(&self.fingerprint, "fingerprint")?,
        ];
        Ok(Zeroizing::new(parts.join("/")))
    }

    /// Grows with the key, the file and the session.
    pub(super) fn generation(&self, key: &SharedSecret) -> Generation {
        Generation::of([key].into_iter().chain(&self.config).chain(&self.session))
    }
}

fn read(text: &str) -> Result<Ini, String> {
    Ini::parse(text, Comments::OwnLine).map_err(|error| format!("the configuration file: {error}"))
}

/// Whether a text is such a file.
pub(super) fn check(text: &str) -> Result<(), String> {
    read(text).map(drop)
}

/// What is secret in it.
pub(super) fn parts(text: &str) -> Vec<Zeroizing<String>> {
    let Ok(ini) = read(text) else { return Vec::new() };
    let values = ini.sections().filter_map(|(_, section)| section.get("pass_phrase"));
    values.map(|value| Zeroizing::new(value.to_owned())).collect()
}

/// Whether a text is a key that signs.
pub(super) fn check_key(text: &str) -> Result<(), String> {
    RsaSigner::from_pem(text).map(drop).map_err(|flaw| format!("the private key {flaw}"))
}

/// Whether a text is a session's token, a JWT.
pub(super) fn check_session(text: &str) -> Result<(), String> {
    let token = text.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_=".contains(&byte);
    match !token.is_empty() && token.bytes().all(plain) {
        true => Ok(()),
        false => Err("the session's token isn't one; give the file that security_token_file names, as `oci session authenticate` has written it".to_owned()),
    }
}
