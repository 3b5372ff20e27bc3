//! A profile of AWS's shared files: its keys, and the roles that are assumed
//! with them, one after the other.
//!
//! What would run a program (`credential_process`), open a browser (`sso_*`) or
//! ask for a code (`mfa_serial`) is refused in words, as is what would read
//! files and variables that the operator hasn't named to this host.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>,
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html>

use zeroize::Zeroizing;

use super::super::ini::{Comments, Ini, Section};

/// The most roles in a row; more are a circle or a slip.
const LONGEST: usize = 8;

/// What a profile comes down to.
#[derive(Debug)]
pub(super) struct Plan {
    /// The keys to begin with.
    pub(super) keys: PlainKeys,
    /// The roles to assume, in this order.
    pub(super) roles: Vec<Role>,
}

/// Keys as they are written.
pub(super) struct PlainKeys {
    pub(super) id: String,
    pub(super) secret: Zeroizing<String>,
    pub(super) token: Option<Zeroizing<String>>,
}

impl std::fmt::Debug for PlainKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlainKeys").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A role to assume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// What its session is called.
    pub session: String,
    /// What its owner asks for.
    pub external_id: Option<String>,
    /// How many seconds it is to last; STS decides without it.
    pub seconds: Option<u32>,
}

/// What a session is called where nobody gave it a name.
pub(crate) const SESSION: &str = "jackfield";

/// Both files, of which one may be absent.
#[derive(Default)]
pub(super) struct Files {
    credentials: Ini,
    config: Ini,
}

impl Files {
    pub(super) fn parse(credentials: Option<&str>, config: Option<&str>) -> Result<Self, String> {
        let read = |text: Option<&str>, what: &str| match text {
            None => Ok(Ini::default()),
            Some(text) => {
                Ini::parse(text, Comments::BehindValues).map_err(|error| format!("the {what} file: {error}"))
            }
        };
        Ok(Self { credentials: read(credentials, "credentials")?, config: read(config, "configuration")? })
    }

    /// What the profile comes down to.
    pub(super) fn plan(&self, profile: &str) -> Result<Plan, String> {
        let mut roles = Vec::new();
        let mut name = profile.to_owned();
        loop {
            let sections = self.sections(&name)?;
            let value = |key: &str| sections.iter().flatten().find_map(|section| section.get(key));
            let source = value("source_profile").map(str::to_owned);
            // A profile that names itself as its source has the keys, too.
            let arn = value("role_arn").filter(|_| roles.is_empty() || source.as_deref() != Some(&*name));
            refuse(&name, &value)?;
            let Some(arn) = arn else { return self.keys(&name, &value).map(|keys| finish(keys, roles)) };
            roles.push(role(arn, &name, &value)?);
            let source = source.ok_or_else(|| match value("credential_source") {
                Some(_) => format!(
                    "profile {name} takes its keys from the surroundings (credential_source), where this host doesn't look; set the secrets access-key-id and secret-access-key, or name a source_profile"
                ),
                None => format!("profile {name} has a role_arn and no source_profile; name the profile whose keys assume it"),
            })?;
            if source == name {
                return self.keys(&name, &value).map(|keys| finish(keys, roles));
            }
            if roles.len() >= LONGEST {
                return Err(format!(
                    "profile {profile} assumes more than {LONGEST} roles in a row; its source_profile entries go in a circle"
                ));
            }
            name = source;
        }
    }

    /// Where the profile stands: the credentials file counts first.
    fn sections(&self, name: &str) -> Result<[Option<&Section>; 2], String> {
        let prefixed = self.config.section(&format!("profile {name}"));
        let plain = || self.config.section(name).filter(|_| name == "default");
        let found = [self.credentials.section(name), prefixed.or_else(plain)];
        if found.iter().all(Option::is_none) {
            return Err(format!(
                "there is no profile {name:?} in the files; write [{name}] into the credentials file, [profile {name}] into the configuration file, or name another"
            ));
        }
        Ok(found)
    }

    fn keys<'v>(&self, name: &str, value: &impl Fn(&str) -> Option<&'v str>) -> Result<PlainKeys, String> {
        let missing = |what: &str| format!("profile {name} has no {what}; write it, or name another profile");
        let key = |what| value(what).ok_or_else(|| missing(what));
        Ok(PlainKeys {
            id: key("aws_access_key_id")?.to_owned(),
            secret: Zeroizing::new(key("aws_secret_access_key")?.to_owned()),
            token: value("aws_session_token").map(|token| Zeroizing::new(token.to_owned())),
        })
    }

    /// What is secret in both files.
    fn secrets(&self) -> Vec<Zeroizing<String>> {
        let sections = self.credentials.sections().chain(self.config.sections());
        let names = ["aws_secret_access_key", "aws_session_token"];
        let values = sections.flat_map(|(_, section)| names.iter().filter_map(|name| section.get(name)));
        values.map(|value| Zeroizing::new(value.to_owned())).collect()
    }
}

/// The first role to be assumed is the last that was found.
fn finish(keys: PlainKeys, mut roles: Vec<Role>) -> Plan {
    roles.reverse();
    Plan { keys, roles }
}

fn role<'v>(arn: &str, name: &str, value: &impl Fn(&str) -> Option<&'v str>) -> Result<Role, String> {
    if value("mfa_serial").is_some() {
        return Err(format!(
            "profile {name} asks for a code (mfa_serial), which a server can't; use a role without it"
        ));
    }
    let seconds = match value("duration_seconds") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| {
            format!("profile {name}: duration_seconds isn't a number of seconds; correct it")
        })?),
    };
    Ok(Role {
        arn: arn.to_owned(),
        session: value("role_session_name").unwrap_or(SESSION).to_owned(),
        external_id: value("external_id").map(str::to_owned),
        seconds,
    })
}

fn refuse<'v>(name: &str, value: &impl Fn(&str) -> Option<&'v str>) -> Result<(), String> {
    let instead = "set the secrets access-key-id and secret-access-key, or use another profile";
    if value("aws_access_key_id").is_some() {
        return Ok(());
    }
    if value("credential_process").is_some() {
        return Err(format!(
            "profile {name} runs a program for its keys (credential_process), which this host doesn't; {instead}"
        ));
    }
    if value("sso_session").is_some() || value("sso_start_url").is_some() {
        return Err(format!("profile {name} logs in by a browser (sso_*), which a server can't; {instead}"));
    }
    if value("web_identity_token_file").is_some() {
        return Err(format!(
            "profile {name} has a web_identity_token_file; set the secret web-identity-token = {{ file = \"...\" }} and config.role-arn instead"
        ));
    }
    Ok(())
}

/// Whether a text is one of these files.
pub(super) fn check(text: &str) -> Result<(), String> {
    Ini::parse(text, Comments::BehindValues).map(drop).map_err(|error| format!("the file: {error}"))
}

/// What is secret in one of these files.
pub(super) fn parts(text: &str) -> Vec<Zeroizing<String>> {
    Files::parse(Some(text), None).map(|files| files.secrets()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIDONE\naws_secret_access_key = secret-of-one\n\
        [temporary]\naws_access_key_id=ASIATWO\naws_secret_access_key=secret-of-two\naws_session_token=token-of-two # x\n";
    const CONFIG: &str = "[default]\nregion = eu-west-1\n[profile worker]\nrole_arn = arn:aws:iam::1:role/worker\nsource_profile = default\nexternal_id = ext\nduration_seconds = 900\n\
        [profile inner]\nrole_arn = arn:aws:iam::2:role/inner\nrole_session_name = me\nsource_profile = worker\n\
        [profile self]\nrole_arn = arn:aws:iam::3:role/self\nsource_profile = self\naws_access_key_id = AKIDSELF\naws_secret_access_key = secret-of-self\n\
        [profile a]\nrole_arn = x\nsource_profile = b\n[profile b]\nrole_arn = x\nsource_profile = a\n\
        [profile process]\ncredential_process = /bin/true\n[profile sso]\nsso_session = s\n[profile web]\nrole_arn = x\nweb_identity_token_file = /t\n\
        [profile mfa]\nrole_arn = x\nsource_profile = default\nmfa_serial = arn\n[profile around]\nrole_arn = x\ncredential_source = Environment\n\
        [profile alone]\nrole_arn = x\n[profile empty]\nregion = x\n";

    fn plan(profile: &str) -> Result<Plan, String> {
        Files::parse(Some(CREDENTIALS), Some(CONFIG)).unwrap().plan(profile)
    }

    #[test]
    fn a_profile_with_keys_needs_no_role() {
        let found = plan("temporary").unwrap();
        assert_eq!((found.keys.id.as_str(), found.keys.secret.as_str()), ("ASIATWO", "secret-of-two"));
        assert_eq!(found.keys.token.as_deref().map(String::as_str), Some("token-of-two"));
        assert!(found.roles.is_empty());
        assert!(!format!("{found:?}").contains("secret"));
    }

    #[test]
    fn roles_are_assumed_from_the_keys_outwards() {
        let found = plan("inner").unwrap();
        assert_eq!(found.keys.id, "AKIDONE");
        let arns: Vec<&str> = found.roles.iter().map(|role| role.arn.as_str()).collect();
        assert_eq!(arns, ["arn:aws:iam::1:role/worker", "arn:aws:iam::2:role/inner"]);
        let worker = &found.roles[0];
        assert_eq!((worker.external_id.as_deref(), worker.seconds), (Some("ext"), Some(900)));
        assert_eq!((worker.session.as_str(), found.roles[1].session.as_str()), (SESSION, "me"));
    }

    #[test]
    fn a_profile_that_is_its_own_source_assumes_its_role_once() {
        let found = plan("self").unwrap();
        assert_eq!((found.keys.id.as_str(), found.roles.len()), ("AKIDSELF", 1));
    }

    #[test]
    fn what_this_host_does_not_do_is_said_in_words() {
        for (profile, says) in [
            ("nobody", "no profile"),
            ("a", "circle"),
            ("process", "credential_process"),
            ("sso", "browser"),
            ("web", "web-identity-token"),
            ("mfa", "mfa_serial"),
            ("around", "credential_source"),
            ("alone", "source_profile"),
            ("empty", "no aws_access_key_id"),
        ] {
            let error = plan(profile).unwrap_err();
            assert!(error.contains(says), "{profile}: {error}");
        }
    }

    #[test]
    fn the_secrets_of_all_profiles_are_looked_for() {
        let found: Vec<String> = parts(CREDENTIALS).iter().map(|part| part.to_string()).collect();
        assert_eq!(found, ["secret-of-one", "secret-of-two", "token-of-two"]);
        assert!(parts(CONFIG).iter().any(|part| part.as_str() == "secret-of-self"));
        assert!(check(CREDENTIALS).is_ok() && check("nonsense").is_err());
    }
}
