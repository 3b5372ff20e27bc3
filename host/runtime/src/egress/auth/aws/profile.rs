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

/// The most roles in a row; more are a slip.
const LONGEST: usize = 8;

/// What a profile logs in with that wants a person at a browser.
const BROWSER: [&str; 6] =
    ["sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "sso_region", "login_session"];

/// What to do where a profile has no keys that this host can use.
const INSTEAD: &str = "set the secrets access-key-id and secret-access-key (and session-token, if they are temporary), or use another profile";

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
        let mut way = vec![name.clone()];
        loop {
            let sections = self.sections(&name)?;
            let value = |key: &str| sections.iter().flatten().find_map(|section| section.get(key));
            let source = value("source_profile").map(str::to_owned);
            // A profile that names itself as its source has the keys, too.
            let arn = value("role_arn").filter(|_| roles.is_empty() || source.as_deref() != Some(&*name));
            refuse(&name, &value)?;
            let Some(arn) = arn else { return self.keys(&name, &value).map(|keys| finish(keys, roles)) };
            roles.push(role(arn, &name, &value)?);
            let source = source.ok_or_else(|| without_source(&name, value("credential_source")))?;
            if source == name {
                return self.keys(&name, &value).map(|keys| finish(keys, roles));
            }
            let been_there = way.contains(&source);
            way.push(source.clone());
            if been_there {
                return Err(format!(
                    "profile {profile} leads in a circle ({}); give one of them a source_profile that has keys",
                    way.join(" -> ")
                ));
            }
            if roles.len() > LONGEST {
                return Err(format!(
                    "profile {profile} assumes more than {LONGEST} roles in a row ({}); name a source_profile that is nearer to the keys",
                    way.join(" -> ")
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
            "profile {name} asks for a code (mfa_serial), which nobody can type here; use a role whose trust policy asks for none, or set temporary keys: the secrets access-key-id, secret-access-key and session-token"
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
    if value("aws_access_key_id").is_some() {
        return Ok(());
    }
    if value("credential_process").is_some() {
        return Err(format!(
            "profile {name} runs a program for its keys (credential_process), which this host doesn't; {INSTEAD}"
        ));
    }
    if let Some(key) = BROWSER.iter().find(|key| value(key).is_some()) {
        return Err(format!("profile {name} logs in by a browser ({key}), which this host can't; {INSTEAD}"));
    }
    if value("web_identity_token_file").is_some() {
        return Err(format!(
            "profile {name} has a web_identity_token_file; set the secret web-identity-token = {{ file = \"...\" }} and config.role-arn instead"
        ));
    }
    Ok(())
}

/// Why a role has no profile whose keys assume it.
fn without_source(name: &str, surroundings: Option<&str>) -> String {
    let Some(surroundings) = surroundings else {
        return format!(
            "profile {name} has a role_arn and no source_profile; name the profile whose keys assume it"
        );
    };
    let instead = match surroundings {
        "EcsContainer" => {
            "set config.container-url and config.role-arn instead of the files, and grant the container's address"
        }
        "Ec2InstanceMetadata" => {
            "set config.instance-url and config.role-arn instead of the files, and grant the metadata service's address with tokens = true"
        }
        _ => {
            "set the secrets access-key-id and secret-access-key and config.role-arn instead of the files, or name a source_profile"
        }
    };
    format!(
        "profile {name} takes its keys from the surroundings (credential_source), where this host doesn't look; {instead}"
    )
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
mod tests;
