//! What single fields can't show: whether a target says where a request goes,
//! whether names that are used exist, whether a written field could ever have
//! an effect where it stands.

use super::options::OptionName;
use super::read::{Report, join};
use super::strategy::Strategy;
use super::{Config, OptionValue};
use crate::suggest::advice;

/// The most targets of one config, groups included.
const MOST: usize = 500;

pub(super) fn check(config: &Config, report: &Report) {
    if count(config) > MOST {
        // What each of them lacks is of no interest then, and finding it out takes long.
        return report.add("", format!("more than {MOST} targets: write fewer"));
    }
    object(config, report);
}

fn count(config: &Config) -> usize {
    1 + config.targets.iter().map(count).sum::<usize>()
}

fn object(config: &Config, report: &Report) {
    if config.is_group() {
        group(config, report);
    } else {
        target(config, report);
    }
    for drop in &config.drop_params {
        if drop.is_field("model") {
            let pointer = join(&config.pointer, "drop_params");
            report
                .add(&pointer, "a request without a model goes nowhere: use `override_params` to change it");
        }
    }
    config.targets.iter().for_each(|target| object(target, report));
}

fn group(config: &Config, report: &Report) {
    let mut alone: Vec<&str> = config.options.names().map(OptionName::field).collect();
    let written = [
        (config.provider.is_some(), "provider"),
        (config.api_key.is_some(), "api_key"),
        (config.passthrough, "passthrough"),
        (config.model.is_some(), "model"),
    ];
    alone.extend(written.iter().filter(|(written, _)| *written).map(|(_, name)| *name));
    for name in alone {
        report.add(
            &join(&config.pointer, name),
            "this isn't handed down to targets: write it into the target that it is meant for",
        );
    }
    twins(config, report);
    match &config.strategy {
        Some(Strategy::Loadbalance { .. }) => {
            let weights: f64 = config.targets.iter().map(|target| target.weight.unwrap_or(1.0)).sum();
            if !config.targets.is_empty() && weights <= 0.0 {
                report.add(
                    &join(&config.pointer, "targets"),
                    "all weights are 0, so no target could be chosen: give one of them a weight",
                );
            }
        }
        Some(Strategy::Conditional { conditions, default }) => {
            for condition in conditions {
                let place = format!("/strategy/conditions/{}/then", condition.place);
                named(config, &condition.then, &place, report);
            }
            if let Some(default) = default {
                named(config, default, "/strategy/default", report);
            }
        }
        Some(Strategy::Single | Strategy::Fallback { .. }) | None => {}
    }
}

fn twins(config: &Config, report: &Report) {
    for (place, target) in config.targets.iter().enumerate() {
        let Some(name) = &target.name else { continue };
        if config.targets[..place].iter().any(|earlier| earlier.name.as_ref() == Some(name)) {
            let pointer = join(&target.pointer, "name");
            report.add(&pointer, format!("another target of this group is named {name:?} as well"));
        }
    }
}

fn named(config: &Config, name: &str, place: &str, report: &Report) {
    let names = config.targets.iter().filter_map(|target| target.name.as_deref());
    if !report.is_full() && !names.clone().any(|known| known == name) {
        let pointer = format!("{}{place}", config.pointer);
        report.add(&pointer, format!("no target is named {name:?}; {}", advice(name, names)));
    }
}

/// A target must say where requests go, or change how they go there.
fn target(config: &Config, report: &Report) {
    let says_something = config.provider.is_some()
        || config.passthrough
        || config.model.is_some()
        || !config.override_params.is_empty()
        || !config.default_params.is_empty()
        || !config.drop_params.is_empty()
        || config.cache.is_some()
        || config.retry.is_some()
        || config.request_timeout.is_some()
        || config.breaker.is_some()
        || config.custom_host.is_some()
        || config.forward_headers.is_some()
        || config.strict.is_some()
        || config.before.is_some()
        || config.after.is_some()
        || !config.default_before.is_empty()
        || !config.default_after.is_empty()
        || !config.metadata.is_empty()
        || config.options.has(OptionName::AwsAccessKeyId);
    if !says_something {
        report.add(
            &config.pointer,
            "this says neither where a request goes nor how: write `provider` (with `api_key` to bring \
             the key along), `strategy` with `targets`, or a rule such as `retry`, `cache` or `request_timeout`",
        );
    }
    if config.api_key.is_some() && config.provider.is_none() && !config.passthrough {
        report.add(
            &join(&config.pointer, "api_key"),
            "a key belongs to a provider: write `provider` beside it",
        );
    }
    credentials(config, report);
}

/// Credentials that only work together.
fn credentials(config: &Config, report: &Report) {
    let options = &config.options;
    let needs = |has: OptionName, all: &[OptionName]| {
        for missing in all.iter().filter(|name| !options.has(**name)) {
            report.add(
                &join(&config.pointer, has.field()),
                format!("this works only with `{}`: write both", missing.field()),
            );
        }
    };
    use OptionName::{
        AwsAccessKeyId, AwsSecretAccessKey, AwsSessionToken, AzureAuthMode, AzureEntraClientId,
        AzureEntraClientSecret, AzureEntraTenantId, VertexProjectId, VertexRegion, VertexServiceAccountJson,
    };
    let pairs: [(OptionName, &[OptionName]); 3] = [
        (AwsAccessKeyId, &[AwsSecretAccessKey]),
        (AwsSecretAccessKey, &[AwsAccessKeyId]),
        (AwsSessionToken, &[AwsAccessKeyId]),
    ];
    for (has, all) in pairs {
        if options.has(has) {
            needs(has, all);
        }
    }
    if let Some(OptionValue::Text(mode)) = options.get(AzureAuthMode)
        && mode == "entra"
    {
        needs(AzureAuthMode, &[AzureEntraTenantId, AzureEntraClientId, AzureEntraClientSecret]);
    }
    let vertex = config.provider.as_deref() == Some("vertex-ai")
        && (config.api_key.is_some()
            || [VertexProjectId, VertexRegion, VertexServiceAccountJson]
                .iter()
                .any(|name| options.has(*name)));
    if vertex
        && !(options.has(VertexRegion)
            && (options.has(VertexProjectId) || options.has(VertexServiceAccountJson)))
    {
        report.add(
            &config.pointer,
            "vertex-ai needs `vertex_region`, and `vertex_project_id` or `vertex_service_account_json`",
        );
    }
}

/// The same checks for a config that wasn't read from JSON.
pub(super) fn problems(config: &Config) -> Vec<super::Problem> {
    let report = Report::default();
    check(config, &report);
    report.into_problems()
}
