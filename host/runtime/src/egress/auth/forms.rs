//! What each scheme's secrets look like: words on one line, or whole files. The
//! manifest says which scheme uses a secret, the scheme how it reads one.

use super::{aws, google, oci};
use crate::manifest::Manifest;
use crate::manifest::auth::{AuthScheme, AwsSigV4, OciSignature};
use crate::manifest::name::Name;
use crate::secret::SecretForm;

impl Manifest {
    /// What a secret has to look like: what the schemes that use it say.
    pub fn secret_form(&self, secret: &Name) -> SecretForm {
        let forms = self.auth.values().map(|scheme| form(scheme, secret));
        forms.into_iter().find(|form| !matches!(form, SecretForm::Line)).unwrap_or_default()
    }
}

fn form(scheme: &AuthScheme, secret: &Name) -> SecretForm {
    match scheme {
        AuthScheme::Google(account) if account.secret == *secret => google::KEY_FILE,
        AuthScheme::AwsSigV4(scheme) => of_aws(scheme, secret),
        AuthScheme::OciSignature(scheme) => of_oci(scheme, secret),
        _ => SecretForm::Line,
    }
}

fn of_aws(scheme: &AwsSigV4, secret: &Name) -> SecretForm {
    let is = |own: &Option<Name>| own.as_ref() == Some(secret);
    if is(&scheme.credentials_file) || is(&scheme.config_file) {
        aws::SHARED_FILE
    } else if is(&scheme.web_identity) || is(&scheme.container_token) {
        aws::TOKEN_FILE
    } else {
        SecretForm::Line
    }
}

fn of_oci(scheme: &OciSignature, secret: &Name) -> SecretForm {
    if scheme.private_key == *secret {
        oci::KEY_FILE
    } else if scheme.config_file.as_ref() == Some(secret) {
        oci::CONFIG_FILE
    } else if scheme.session_token.as_ref() == Some(secret) {
        oci::SESSION_FILE
    } else {
        SecretForm::Line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each of the scheme's secrets is a whole file.
    #[track_caller]
    fn files(scheme: &str, secrets: &[&str]) -> Vec<bool> {
        let declared: String = secrets.iter().map(|name| format!("[secrets.{name}]\n")).collect();
        let text = format!(
            "[plugin]\nname = \"p\"\nversion = \"1.0.0\"\ndescription = \"d\"\n[config.region]\ntype = \"string\"\n\
             [config.url]\ntype = \"url\"\n{declared}[[egress]]\norigin = \"https://api.example\"\n\
             methods = [\"POST\"]\nauth = \"a\"\n[auth.a]\n{scheme}\n"
        );
        let manifest = Manifest::parse(&text, "plugin.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let form = |name: &&str| manifest.secret_form(&name.parse().unwrap());
        secrets.iter().map(|name| matches!(form(name), SecretForm::Document(_))).collect()
    }

    #[test]
    fn keys_that_come_in_files_are_files_and_others_are_words() {
        assert_eq!(files("scheme = \"bearer\"\nsecret = \"key\"", &["key"]), [false]);
        assert_eq!(files("scheme = \"google-service-account\"\nsecret = \"key\"", &["key"]), [true]);
        let aws = "scheme = \"aws-sigv4\"\nservice = \"bedrock\"\nregion = \"{region}\"\n\
                   access-key-id = \"id\"\nsecret-access-key = \"key\"\nsession-token = \"token\"\n\
                   credentials-file = \"file\"\nprofile = \"{region}\"\nsts-url = \"{url}\"";
        assert_eq!(files(aws, &["id", "key", "token", "file"]), [false, false, false, true]);
        let oci = "scheme = \"oci-signature\"\nprivate-key = \"key\"\nconfig-file = \"file\"\nsession-token = \"token\"";
        assert_eq!(files(oci, &["key", "file", "token"]), [true, true, true]);
    }
}
