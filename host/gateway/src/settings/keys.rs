//! `[server.keys.NAME]`: one API key of the gateway.

use jackfield_router::limits::LimitRules;
use jackfield_runtime::secret::SecretSource;
use jackfield_runtime::settings::document::Node;

/// One API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySettings {
    /// `key`: where the key itself is.
    pub key: SecretSource,
    /// `tenant`: on whose behalf its calls are made; without one, the key's
    /// name is the tenant's.
    pub tenant: Option<String>,
    /// `models`: which ones it may use, as `provider/model` or `provider/*`.
    pub models: Option<Vec<String>>,
    /// `aws-signatures`: whether requests may be signed with it by AWS Signature
    /// Version 4 instead of showing it. The key itself is kept in memory then.
    pub aws_signatures: bool,
    /// `limits`: what it may use.
    pub limits: LimitRules,
}

impl KeySettings {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let key =
            fields.require("key", "{ env = \"GATEWAY_KEY\" }").and_then(|node| SecretSource::read(&node));
        let tenant = fields.take("tenant").and_then(|node| node.string()).map(str::to_owned);
        let models = fields.take("models").and_then(|node| {
            node.list(|node| {
                let pattern = node.string()?;
                let star = pattern.strip_suffix('*').unwrap_or(pattern);
                if star.contains('*') || (!pattern.contains('/') && pattern != "*") {
                    node.reject("this names no models: write \"provider/model\", \"provider/*\" or \"*\"; of a route its targets count");
                    return None;
                }
                Some(pattern.to_owned())
            })
        });
        let aws_signatures = fields.take("aws-signatures").map_or(Some(false), |node| node.boolean());
        let limits =
            fields.take("limits").map_or_else(|| Some(LimitRules::default()), |node| node.deserialize());
        fields.finish();
        Some(Self { key: key?, tenant, models, aws_signatures: aws_signatures?, limits: limits? })
    }
}
