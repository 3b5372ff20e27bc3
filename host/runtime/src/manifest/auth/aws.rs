//! `aws-sigv4`: requests are signed with keys of AWS's, which the operator sets
//! or has exchanged for temporary ones.
//!
//! Where keys come from is the operator's choice, by which secrets and values
//! are set: nothing is looked for in the surroundings. Of several sources the
//! first counts, in the order of AWS's own SDKs: the keys themselves, a web
//! identity, a profile of the shared files, the credentials of a container, those
//! of a virtual machine.

use super::AuthScheme;
use crate::manifest::name::Name;
use crate::manifest::template::Template;
use crate::settings::document::Fields;

/// What `aws-sigv4` is declared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsSigV4 {
    /// The service's signing name, as `bedrock`.
    pub service: String,
    /// The region that requests are signed for.
    pub region: Template,
    /// The keys themselves.
    pub keys: Option<AwsKeys>,
    /// The token of a web identity, exchanged for keys of `role_arn`.
    pub web_identity: Option<Name>,
    /// `~/.aws/credentials`.
    pub credentials_file: Option<Name>,
    /// `~/.aws/config`.
    pub config_file: Option<Name>,
    /// The profile of these files; `default` without one.
    pub profile: Option<Template>,
    /// The role that is assumed with the keys, the profile or the web identity.
    pub role_arn: Option<Template>,
    /// What the role's session is called in logs.
    pub session_name: Option<Template>,
    /// What the role's owner may ask for.
    pub external_id: Option<Template>,
    /// Where roles are assumed; the region's STS without one. Its origin must be
    /// granted like every other.
    pub sts_url: Option<Template>,
    /// Where a container gets its credentials.
    pub container_url: Option<Template>,
    /// What it shows there.
    pub container_token: Option<Name>,
    /// Where a virtual machine gets the credentials of its role.
    pub instance_url: Option<Template>,
}

/// The secrets that keys consist of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsKeys {
    /// Which key it is.
    pub access_key_id: Name,
    /// The key itself.
    pub secret_access_key: Name,
    /// What temporary keys have with them.
    pub session_token: Option<Name>,
}

pub(super) fn read(fields: &mut Fields<'_>) -> Option<AuthScheme> {
    let service = fields.require("service", "\"bedrock\"").and_then(|node| {
        let text = node.string()?;
        if is_scope(text) {
            return Some(text.to_owned());
        }
        node.reject(format!(
            "{text:?} isn't the signing name of a service: write lower-case letters, digits and hyphens"
        ));
        None
    });
    let region = fields.require("region", "\"{region}\"").and_then(|node| node.parse());
    let mut secret = |name| fields.take(name).and_then(|node| node.parse::<Name>());
    let ids = (secret("access-key-id"), secret("secret-access-key"), secret("session-token"));
    let (web_identity, container_token) = (secret("web-identity-token"), secret("container-token"));
    let (credentials_file, config_file) = (secret("credentials-file"), secret("config-file"));
    let mut text = |name| fields.take(name).and_then(|node| node.parse::<Template>());
    let (profile, role_arn) = (text("profile"), text("role-arn"));
    let (session_name, external_id) = (text("role-session-name"), text("external-id"));
    let mut url = |name| {
        fields.take(name).and_then(|node| {
            let template: Template = node.parse()?;
            if template.sole_name().is_none() {
                node.reject("this must be one config value of type url, and nothing else: write \"{sts-url}\" or the like");
            }
            Some(template)
        })
    };
    let (sts_url, container_url, instance_url) = (url("sts-url"), url("container-url"), url("instance-url"));
    let keys = match ids {
        (Some(access_key_id), Some(secret_access_key), session_token) => {
            Some(AwsKeys { access_key_id, secret_access_key, session_token })
        }
        (None, None, None) => None,
        _ => {
            fields.reject("`access-key-id` and `secret-access-key` belong together: write both, or neither");
            None
        }
    };
    let alone = [
        (web_identity.is_some() && role_arn.is_none(), "`web-identity-token` needs `role-arn`: write both"),
        (
            container_token.is_some() && container_url.is_none(),
            "`container-token` needs `container-url`: write both",
        ),
        (
            profile.is_some() && credentials_file.is_none() && config_file.is_none(),
            "`profile` needs `credentials-file` or `config-file`: write one of them",
        ),
        (
            keys.is_none()
                && web_identity.is_none()
                && credentials_file.is_none()
                && config_file.is_none()
                && container_url.is_none()
                && instance_url.is_none(),
            "no secret is named to sign with: write `access-key-id` and `secret-access-key`, for instance",
        ),
    ];
    for (_, message) in alone.iter().filter(|(wrong, _)| *wrong) {
        fields.reject(message);
    }
    Some(AuthScheme::AwsSigV4(Box::new(AwsSigV4 {
        service: service?,
        region: region?,
        keys,
        web_identity,
        credentials_file,
        config_file,
        profile,
        role_arn,
        session_name,
        external_id,
        sts_url,
        container_url,
        container_token,
        instance_url,
    })))
}

/// Whether a text can be a region or a service in what is signed, and in a host.
pub(crate) fn is_scope(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= 63 && text.bytes().all(fits)
}

impl AwsSigV4 {
    /// The secrets that it uses.
    pub fn secrets(&self) -> Vec<&Name> {
        let keys = self.keys.iter().flat_map(|keys| {
            [Some(&keys.access_key_id), Some(&keys.secret_access_key), keys.session_token.as_ref()]
        });
        let others = [&self.web_identity, &self.credentials_file, &self.config_file, &self.container_token];
        keys.flatten().chain(others.into_iter().flatten()).collect()
    }

    pub(super) fn templates(&self) -> Vec<&Template> {
        [&self.region].into_iter().chain(self.account()).collect()
    }

    /// Whose keys they are, where they come from and what they are exchanged
    /// for: all but the region, which the API's place has, too.
    pub(super) fn account(&self) -> Vec<&Template> {
        let optional = [&self.profile, &self.role_arn, &self.session_name, &self.external_id, &self.sts_url];
        optional.into_iter().flatten().chain(self.of_machine()).collect()
    }

    /// Where the machine itself is given keys, as a container or on its own.
    pub(super) fn of_machine(&self) -> Vec<&Template> {
        [&self.container_url, &self.instance_url].into_iter().flatten().collect()
    }
}
