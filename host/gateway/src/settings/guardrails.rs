//! `[server.hooks]`: what guardrails may ask of the network,
//! `[server.guardrails.NAME]`: guardrails that configs name, and those that hold
//! for everything.
//!
//! ```toml
//! [server]
//! input-guardrails = ["no-secrets"]
//!
//! [server.hooks]
//! origins = ["https://checks.example.com"]
//!
//! [server.guardrails.no-secrets]
//! deny = true
//! regexMatch = { rule = "sk-[a-z0-9]{20}", not = true }
//! ```

use jackfield_router::config::Hook;
use jackfield_runtime::egress::origin::OriginPattern;
use jackfield_runtime::settings::document::Node;

/// `[server.hooks]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HookSettings {
    /// `origins`: what webhooks, logs, key sets and URLs in texts may be called
    /// at. Plain http and private addresses only where an origin names them.
    pub origins: Vec<OriginPattern>,
    /// `dns`: whether names of URLs in texts may be looked up.
    pub dns: bool,
}

impl HookSettings {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let origins = fields.take("origins").and_then(|node| node.list(|node| node.parse()));
        let dns = fields.take("dns").and_then(|node| node.boolean());
        fields.finish();
        Some(Self { origins: origins.unwrap_or_default(), dns: dns.unwrap_or(false) })
    }
}

/// A saved guardrail, as the JSON text that a client would send: written so, or
/// as a table of the same.
pub(super) fn guardrail(node: &Node<'_>) -> Option<String> {
    let text = match node.is_table() {
        true => node.deserialize::<serde_json::Value>()?.to_string(),
        false => node.string()?.to_owned(),
    };
    match Hook::parse(&text, "") {
        Ok(_) => Some(text),
        Err(error) => {
            node.reject(error);
            None
        }
    }
}

/// Guardrails of everything that the gateway answers, as the JSON text of their
/// list.
pub(super) fn always(node: &Node<'_>, name: &str) -> Option<String> {
    let text = node.deserialize::<serde_json::Value>()?.to_string();
    match Hook::parse_list(&text, &format!("/{name}")) {
        Ok(_) => Some(text),
        Err(error) => {
            node.reject(error);
            None
        }
    }
}
