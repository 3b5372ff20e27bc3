//! What signs requests: AWS's and Oracle's schemes.

use std::sync::Arc;

use url::Url;

use super::Materials;
use crate::egress::auth::aws::{AwsMint, Base, Role, SESSION, Scope, SigV4, Source, StaticKeys};
use crate::egress::auth::oci::{OciIdentity, OciSigner};
use crate::egress::auth::token::TokenCache;
use crate::egress::auth::{Authenticator, Unset};
use crate::egress::url::parse;
use crate::manifest::auth::{AwsKeys, AwsSigV4, OciSignature, is_aws_scope};
use crate::manifest::template::Template;

/// What a request fails with that nothing can sign.
const NO_KEYS: &str = "no keys are set; set the secrets for an access key, a web identity or AWS's shared files, or the URL of a container's or a machine's credentials";

impl Materials<'_> {
    /// What signs AWS's requests. Where no key is set, or no region, every request
    /// fails in words: unsigned, it would only be refused by others.
    pub(super) fn aws(&self, scheme: &AwsSigV4) -> Result<Arc<dyn Authenticator>, String> {
        let region = match self.text(&scheme.region, "region") {
            Ok(region) => region,
            Err(missing) => return Ok(Arc::new(Unset::new(missing))),
        };
        if !is_aws_scope(&region) {
            return Err(format!("its region {region:?} isn't one; write one such as \"us-east-1\""));
        }
        let role = self.role(scheme);
        let source = match (self.base(scheme, role.is_some())?, role) {
            (None, _) => return Ok(Arc::new(Unset::new(NO_KEYS.to_owned()))),
            (Some(Base::Keys(keys)), None) => Source::Keys(keys),
            (Some(base), role) => {
                let sts_url = match self.url(&scheme.sts_url, "sts-url")? {
                    Some(url) => url,
                    None => regional_sts(&region)?,
                };
                let clock = Arc::clone(self.clock);
                let mint = AwsMint { base, role, sts_url, region: region.clone(), clock };
                mint.endpoints()?;
                Source::Minted(TokenCache::new(mint, Arc::clone(self.clock)))
            }
        };
        let scope = Scope { service: scheme.service.clone(), region };
        Ok(Arc::new(SigV4::new(scope, source, Arc::clone(self.clock))))
    }

    /// The first source that is set, in the order of AWS's own SDKs.
    fn base(&self, scheme: &AwsSigV4, has_role: bool) -> Result<Option<Base>, String> {
        if let Some(keys) = scheme.keys.as_ref().map(|keys| self.keys(keys)).transpose()?.flatten() {
            return Ok(Some(Base::Keys(keys)));
        }
        if let Some(token) = scheme.web_identity.as_ref().and_then(|name| self.secret(name)) {
            if !has_role {
                return Err(
                    "a web identity needs the role that it stands for; set the config value of role-arn"
                        .to_owned(),
                );
            }
            return Ok(Some(Base::WebIdentity(token)));
        }
        let credentials = scheme.credentials_file.as_ref().and_then(|name| self.secret(name));
        let config = scheme.config_file.as_ref().and_then(|name| self.secret(name));
        if credentials.is_some() || config.is_some() {
            let name = self.optional(&scheme.profile).unwrap_or_else(|| "default".to_owned());
            return Ok(Some(Base::Profile { credentials, config, name }));
        }
        if let Some(url) = self.url(&scheme.container_url, "container-url")? {
            let token = scheme.container_token.as_ref().and_then(|name| self.secret(name));
            return Ok(Some(Base::Container { url, token }));
        }
        Ok(self.url(&scheme.instance_url, "instance-url")?.map(|url| Base::Instance { url }))
    }

    fn keys(&self, keys: &AwsKeys) -> Result<Option<StaticKeys>, String> {
        let AwsKeys { access_key_id: id, secret_access_key: key, session_token: token } = keys;
        let token = token.as_ref().and_then(|name| self.secret(name));
        match (self.secret(id), self.secret(key)) {
            (Some(access_key_id), Some(secret_access_key)) => {
                Ok(Some(StaticKeys { access_key_id, secret_access_key, session_token: token }))
            }
            (None, None) if token.is_none() => Ok(None),
            _ => Err(format!("the secrets {id} and {key} belong together; set both, or neither")),
        }
    }

    fn role(&self, scheme: &AwsSigV4) -> Option<Role> {
        let arn = self.optional(&scheme.role_arn)?;
        let session = self.optional(&scheme.session_name).unwrap_or_else(|| SESSION.to_owned());
        Some(Role { arn, session, external_id: self.optional(&scheme.external_id), seconds: None })
    }

    /// What signs Oracle's requests; as with AWS, where no key is set it says so.
    pub(super) fn oci(&self, scheme: &OciSignature) -> Result<Arc<dyn Authenticator>, String> {
        let Some(key) = self.secret(&scheme.private_key) else {
            let missing = format!("no key is set to sign with; set the secret {}", scheme.private_key);
            return Ok(Arc::new(Unset::new(missing)));
        };
        let identity = OciIdentity {
            tenancy: self.optional(&scheme.tenancy),
            user: self.optional(&scheme.user),
            fingerprint: self.optional(&scheme.fingerprint),
            config: scheme.config_file.as_ref().and_then(|name| self.secret(name)),
            profile: self.optional(&scheme.profile),
            session: scheme.session_token.as_ref().and_then(|name| self.secret(name)),
        };
        OciSigner::new(identity, key, Arc::clone(self.clock)).map(|signer| Arc::new(signer) as _)
    }

    /// A text that may be absent, and is where it is empty.
    fn optional(&self, template: &Option<Template>) -> Option<String> {
        self.config.text(template.as_ref()?).filter(|text| !text.is_empty())
    }

    fn url(&self, template: &Option<Template>, what: &str) -> Result<Option<Url>, String> {
        let Some(text) = self.optional(template) else { return Ok(None) };
        parse(&text).map(Some).map_err(|error| format!("its {what}: {error}"))
    }
}

/// <https://docs.aws.amazon.com/general/latest/gr/sts.html>
fn regional_sts(region: &str) -> Result<Url, String> {
    let china = if region.starts_with("cn-") { ".cn" } else { "" };
    parse(&format!("https://sts.{region}.amazonaws.com{china}/")).map_err(|error| format!("its STS: {error}"))
}
