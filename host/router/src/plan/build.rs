//! Makes a plan of a config: hands rules down, and asks the program around for
//! everything that the config wants of it.

mod ask;

use std::sync::Arc;

use super::account;
use super::around::{Surroundings, Wish};
use super::inherit::Inherited;
use super::overrides::Overrides;
use super::{Conditional, Fallback, Group, Leaf, Loadbalance, Node};
use crate::balance::{Balancer, Table};
use crate::breaker::Breaker;
use crate::config::{Config, ConfigError, Hook, Problem, Strategy};
use crate::json::Json;
use crate::params::Params;
use crate::retry::Budget;

/// A plan for a model of a provider, without rules but those that all plans have.
///
/// # Errors
/// A guardrail of all plans that can't be used.
pub fn of_model(
    path: &str,
    provider: Arc<str>,
    model: Arc<str>,
    around: &dyn Surroundings,
) -> Result<Node, ConfigError> {
    let mut leaf = Leaf::plain(path, Some(provider), Some(model));
    let [before, after] = around.always();
    if !before.is_empty() || !after.is_empty() {
        let overrides = Overrides::default();
        let mut builder = Builder { around, overrides: &overrides, account: None, problems: Vec::new() };
        leaf.before = builder.hooks(before.to_vec(), None);
        leaf.after = builder.hooks(after.to_vec(), None);
        builder.ask_checks(&leaf);
        if !builder.problems.is_empty() {
            return Err(ConfigError::new(builder.problems));
        }
    }
    Ok(Node::Leaf(Arc::new(leaf)))
}

/// Makes a plan of a config. `root` is what paths begin with: `config`, or
/// `routes.NAME`.
///
/// # Errors
/// Everything that the config wants and doesn't get.
pub fn build(
    config: &Config,
    root: &str,
    overrides: &Overrides,
    around: &dyn Surroundings,
) -> Result<Node, ConfigError> {
    let mut builder = Builder { around, overrides, account: None, problems: Vec::new() };
    builder.account = account::provider(config, overrides, around);
    if let Some(name) = overrides.options.names().next().filter(|_| builder.account.is_none()) {
        let why = "which provider this is for isn't said: send `x-portkey-provider` beside it";
        builder.reject("", name.field(), why.to_owned());
    }
    let list = |text: &Option<String>, place| {
        text.as_deref().map_or(Ok(Vec::new()), |text| Hook::parse_list(text, place))
    };
    let [before, after] = around.always();
    let sent_before = list(&overrides.input_guardrails, "x-portkey-default-input-guardrails")?;
    let sent_after = list(&overrides.output_guardrails, "x-portkey-default-output-guardrails")?;
    let top = Inherited {
        default_before: [before, &sent_before].concat(),
        default_after: [after, &sent_after].concat(),
        ..Inherited::default()
    };
    let node = builder.node(config, root, &top);
    match node {
        Some(node) if builder.problems.is_empty() => Ok(node),
        _ => Err(ConfigError::new(builder.problems)),
    }
}

struct Builder<'b> {
    around: &'b dyn Surroundings,
    overrides: &'b Overrides,
    /// Whose the key and the options in the request's headers are.
    account: Option<Arc<str>>,
    problems: Vec<Problem>,
}

impl Builder<'_> {
    fn node(&mut self, config: &Config, path: &str, above: &Inherited) -> Option<Node> {
        let rules = above.with(config);
        let Some(strategy) = &config.strategy else {
            return self.leaf(config, path, rules).map(|leaf| Node::Leaf(Arc::new(leaf)));
        };
        let targets = config.targets.iter().enumerate();
        let targets: Vec<Option<Node>> = targets
            .map(|(place, target)| self.node(target, &format!("{path}.targets[{place}]"), &rules))
            .collect();
        let targets: Vec<Node> = targets.into_iter().collect::<Option<_>>()?;
        if targets.is_empty() {
            self.reject(&config.pointer, "", "there is no target".to_owned());
            return None;
        }
        let place =
            |name: &str| config.targets.iter().position(|target| target.name.as_deref() == Some(name));
        let group = Group { path: path.into(), targets };
        Some(match strategy {
            Strategy::Single => Node::Single(group),
            Strategy::Fallback { on_status } => {
                Node::Fallback(Fallback { group, on_status: on_status.clone() })
            }
            Strategy::Loadbalance { balance, sticky } => {
                let weights: Vec<f64> =
                    config.targets.iter().map(|target| target.weight.unwrap_or(1.0)).collect();
                Node::Loadbalance(Loadbalance {
                    loads: weights.iter().map(|_| Arc::default()).collect(),
                    balancer: Balancer::new(*balance, weights.len()),
                    sticky: sticky.clone().map(Table::new),
                    weights,
                    group,
                })
            }
            Strategy::Conditional { conditions, default } => {
                let conditions = conditions.iter();
                Node::Conditional(Conditional {
                    // Names were checked when the config was read.
                    conditions: conditions
                        .filter_map(|condition| Some((condition.query.clone(), place(&condition.then)?)))
                        .collect(),
                    default: default.as_deref().and_then(place),
                    metadata: rules.metadata,
                    group,
                })
            }
        })
    }

    fn leaf(&mut self, config: &Config, path: &str, rules: Inherited) -> Option<Leaf> {
        let (mut provider, mut model) = (None, None);
        let mut bound = true;
        let take = |params: Vec<(String, Json)>| {
            let (models, others): (Vec<_>, Vec<_>) =
                params.into_iter().partition(|(name, _)| name == "model");
            (models.into_iter().next_back().map(|(_, value)| value), others)
        };
        let (override_model, overrides) = take(rules.override_params);
        let (default_model, defaults) = take(rules.default_params);
        let override_model = self.text(config, "override_params", override_model);
        let default_model = self.text(config, "default_params", default_model);
        if let Some(written) = &config.model {
            if override_model.is_some() {
                self.reject(&config.pointer, "override_params", "`model` names the model already".to_owned());
            }
            match self.around.model(written) {
                Ok(named) => (provider, model) = (Some(named.provider), Some(named.model)),
                Err(why) => self.reject(&config.pointer, "model", why),
            }
        }
        let given =
            config.provider.as_ref().or(self.overrides.provider.as_ref().filter(|_| provider.is_none()));
        if let Some(name) = given {
            match self.around.provider(name) {
                Ok(name) => {
                    bound = if config.provider.is_some() { config.bound } else { self.overrides.bound };
                    provider = Some(name);
                }
                Err(why) => self.reject(&config.pointer, "provider", why),
            }
        }
        if let Some(written) = override_model {
            bound |= written.starts_with('@');
            model = Some(self.slug(config, &written, &mut provider));
        }
        let accounted = provider.is_some() && provider == self.account;
        let mut options = config.options.clone();
        if accounted {
            options.fill(&self.overrides.options);
        }
        let header_key = self.overrides.header_key
            && accounted
            && !bound
            && config.api_key.is_none()
            && self.around.permits(Wish::ApiKey { provider: provider.as_deref() }).is_ok();
        let default_model = default_model.map(Arc::from);
        let leaf = Leaf {
            path: path.into(),
            name: config.name.clone(),
            provider,
            model,
            default_model,
            params: Params::new(overrides, defaults, &rules.drop_params),
            retry: rules.retry.unwrap_or_default(),
            request_timeout: self.overrides.request_timeout.or(rules.request_timeout),
            cache: self.overrides.cache(rules.cache),
            custom_host: self.overrides.custom_host.clone().or(rules.custom_host),
            api_key: config.api_key.clone(),
            header_key,
            passthrough: config.passthrough,
            forward_headers: self
                .overrides
                .forward_headers
                .clone()
                .or(rules.forward_headers)
                .unwrap_or_default(),
            strict: self.overrides.strict.or(rules.strict).unwrap_or(true),
            before: self.hooks(rules.default_before, rules.before),
            after: self.hooks(rules.default_after, rules.after),
            metadata: rules.metadata,
            options,
            breaker: rules.breaker.map(Breaker::new),
            budget: Budget::default(),
        };
        self.ask(config, &leaf);
        Some(leaf)
    }

    /// `@provider/model` names a provider as well.
    fn slug(&mut self, config: &Config, written: &str, provider: &mut Option<Arc<str>>) -> Arc<str> {
        let Some((slug, model)) = written.strip_prefix('@').and_then(|rest| rest.split_once('/')) else {
            return written.into();
        };
        match self.around.provider(slug) {
            Ok(named) => {
                if let Some(other) = provider.as_ref().filter(|other| ***other != *named) {
                    let why =
                        format!("{written:?} names another provider than this target's, {other:?}: keep one");
                    self.reject(&config.pointer, "override_params", why);
                }
                *provider = Some(named);
            }
            Err(why) => self.reject(&config.pointer, "override_params", why),
        }
        model.into()
    }

    fn text(&mut self, config: &Config, field: &str, value: Option<Json>) -> Option<String> {
        let value = value?;
        let text = value.as_string().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.reject(&config.pointer, field, "`model` must be a string that names a model".to_owned());
        }
        text
    }
}
