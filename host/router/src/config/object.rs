//! Reads one object of a config: every field that it may have.

use std::collections::BTreeMap;
use std::time::Duration;

use jackfield_runtime::secret::Secret;
use url::Url;

use super::hooks::{self, Hook, HookKind};
use super::read::{Item, Object};
use super::rules::{BreakerRule, CacheRule, RetryRule};
use super::{Config, DEPTH, ProviderOptions, strategy};
use crate::params::Drop;

/// A day, in milliseconds.
const LONGEST_TIMEOUT: u64 = 86_400_000;

/// As Portkey has it.
const LONGEST_METADATA: usize = 128;

/// Headers that say how one hop is to be read, and so mean nothing at the next.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(super) fn read(item: &Item<'_>, depth: usize) -> Option<Config> {
    if depth > DEPTH {
        item.reject(format!("more than {DEPTH} levels of targets: write it flatter"));
        return None;
    }
    let mut object = item.object()?;
    let mut config = Config { pointer: object.pointer.clone(), ..Config::default() };
    let strategy = object.take("strategy").and_then(|item| strategy::read(&item));
    let has_strategy = strategy.is_some();
    let mut within = None;
    if let Some((strategy, breaker)) = strategy {
        config.strategy = Some(strategy);
        within = breaker;
    }
    let targets = object.take("targets");
    if let Some(targets) = &targets {
        let elements = targets.array()?;
        config.targets = elements.iter().filter_map(|element| read(element, depth + 1)).collect();
        if elements.is_empty() {
            targets.reject("there is no target: write at least one");
        } else if !has_strategy {
            targets.reject("targets are used by a strategy: write `\"strategy\": {\"mode\": \"fallback\"}`");
        }
    } else if has_strategy {
        object.missing("targets", "[...]");
    }
    let beside = object.take("cb_config");
    if let (Some(beside), Some(_)) = (&beside, &within) {
        beside.reject("this is `strategy.cb_config` once more: keep one of them");
    }
    config.breaker = within.or_else(|| beside.and_then(|item| BreakerRule::read(&item)));
    identity(&mut object, &mut config);
    rules(&mut object, &mut config);
    hook_fields(&mut object, &mut config, depth);
    config.options = ProviderOptions::read(&mut object);
    unsupported(&mut object);
    object.finish(why_not);
    Some(config)
}

/// Who a target is.
fn identity(object: &mut Object<'_>, config: &mut Config) {
    config.name = object.take("name").and_then(|item| item.name());
    config.weight = object.take("weight").and_then(|item| {
        let weight = item.number()?;
        if weight < 0.0 {
            item.reject(format!("{weight} is below zero: write 0 for none, or more"));
        }
        Some(weight)
    });
    let provider = object.take("provider").and_then(|item| item.name());
    let key = object.take("virtual_key").and_then(|item| item.name());
    config.bound = key.is_some() || provider.as_ref().is_some_and(|name| name.starts_with('@'));
    // A virtual key names the credential as well as the provider, so it is the
    // more exact of the two; `provider` then only repeats the kind.
    config.provider = key.or(provider).map(|name| name.trim_start_matches('@').to_owned());
    config.api_key = object.take("api_key").and_then(|item| secret(&item));
    config.passthrough = object.take("passthrough").and_then(|item| item.boolean()).unwrap_or(false);
    config.custom_host = object.take("custom_host").and_then(|item| base_url(&item));
    config.metadata = object.take("metadata").and_then(|item| metadata(&item)).unwrap_or_default();
}

fn rules(object: &mut Object<'_>, config: &mut Config) {
    config.override_params =
        object.take("override_params").and_then(|item| item.params()).unwrap_or_default();
    config.default_params = object.take("default_params").and_then(|item| item.params()).unwrap_or_default();
    let drops = object.take("drop_params").and_then(|item| item.strings()).unwrap_or_default();
    let drop = |(item, path): (Item<'_>, String)| {
        path.parse::<Drop>().map_err(|error| item.reject(error.to_string())).ok()
    };
    config.drop_params = drops.into_iter().filter_map(drop).collect();
    config.retry = object.take("retry").and_then(|item| RetryRule::read(&item));
    config.cache = object.take("cache").and_then(|item| CacheRule::read(&item));
    let timeout = object.take("request_timeout").and_then(|item| item.whole(1, LONGEST_TIMEOUT));
    config.request_timeout = timeout.map(Duration::from_millis);
    let headers = object.take("forward_headers").and_then(|item| item.strings());
    config.forward_headers =
        headers.map(|names| names.into_iter().filter_map(|(item, name)| header(&item, &name)).collect());
    config.strict = object.take("strict_open_ai_compliance").and_then(|item| item.boolean());
}

fn hook_fields(object: &mut Object<'_>, config: &mut Config, depth: usize) {
    let mut list = |name: &'static str, kind: Option<HookKind>| -> Option<Vec<Hook>> {
        let item = object.take(name)?;
        match kind {
            None => hooks::long(&item),
            Some(kind) => hooks::short(&item, kind),
        }
    };
    let before = [
        list("before_request_hooks", None),
        list("input_guardrails", Some(HookKind::Guardrail)),
        list("input_mutators", Some(HookKind::Mutator)),
    ];
    let after = [
        list("after_request_hooks", None),
        list("output_guardrails", Some(HookKind::Guardrail)),
        list("output_mutators", Some(HookKind::Mutator)),
    ];
    config.before = joined(before);
    config.after = joined(after);
    if depth == 0 {
        config.default_before =
            list("default_input_guardrails", Some(HookKind::Guardrail)).unwrap_or_default();
        config.default_after =
            list("default_output_guardrails", Some(HookKind::Guardrail)).unwrap_or_default();
    }
}

fn joined(lists: [Option<Vec<Hook>>; 3]) -> Option<Vec<Hook>> {
    let some = lists.iter().any(Option::is_some);
    some.then(|| lists.into_iter().flatten().flatten().collect())
}

/// Fields that are refused with their reason, unless they ask for nothing.
fn unsupported(object: &mut Object<'_>) {
    if let Some(item) = object.take("prompt_id") {
        item.reject(
            "prompt templates are stored with Portkey and can't be read here: send the prompt itself",
        );
    }
    if let Some(item) = object.take("fetch_integrated_models")
        && item.boolean() == Some(true)
    {
        item.reject(
            "models that are integrated with Portkey can't be read here: /v1/models lists this gateway's",
        );
    }
}

/// Why a field that somebody may well know isn't wanted here.
fn why_not(name: &str) -> Option<&'static str> {
    Some(match name {
        "options" => {
            "the old `options` list isn't read: write `targets`, and `strategy` for how they are used"
        }
        "mode" => "the old `mode` isn't read: write `\"strategy\": {\"mode\": ...}`",
        "on_status_codes" => "write it into `strategy` or into `retry`: here nothing goes by it",
        "default_input_guardrails" | "default_output_guardrails" => {
            "defaults hold for the whole config: write them at its top"
        }
        "model" => "write `\"override_params\": {\"model\": ...}`",
        _ => return None,
    })
}

fn secret(item: &Item<'_>) -> Option<Secret> {
    let text = item.string()?;
    Secret::new(text.into_bytes()).map_err(|flaw| item.reject(format!("the key {flaw}"))).ok()
}

fn base_url(item: &Item<'_>) -> Option<Url> {
    parse_base_url(&item.string()?).map_err(|flaw| item.reject(flaw)).ok()
}

/// The base URL of an API.
///
/// # Errors
/// Why this text can't be one.
pub fn parse_base_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| {
        format!("this isn't a URL ({error}): write one such as \"https://api.example.com/v1\"")
    })?;
    let flaw = if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
        Some("only http and https can be used")
    } else if !url.username().is_empty() || url.password().is_some() {
        Some("credentials don't belong into a URL: write `api_key`")
    } else if url.query().is_some() || url.fragment().is_some() {
        Some("a base URL has neither query nor fragment")
    } else {
        None
    };
    flaw.map_or(Ok(url), |flaw| Err(flaw.to_owned()))
}

fn header(item: &Item<'_>, name: &str) -> Option<http::HeaderName> {
    let Ok(name) = name.parse::<http::HeaderName>() else {
        item.reject("this can't be a header's name");
        return None;
    };
    if HOP_BY_HOP.contains(&name.as_str()) || name.as_str().starts_with("x-portkey-") {
        item.reject("this header is meant for this gateway alone and can't be forwarded");
        return None;
    }
    Some(name)
}

fn metadata(item: &Item<'_>) -> Option<BTreeMap<String, String>> {
    let mut metadata = BTreeMap::new();
    for (name, value) in item.entries()? {
        let Some(text) = value.string() else { continue };
        if text.chars().count() > LONGEST_METADATA {
            value.reject(format!("a value of metadata has at most {LONGEST_METADATA} characters"));
        }
        metadata.insert(name, text);
    }
    Some(metadata)
}
