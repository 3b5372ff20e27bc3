//! What a plan asks of the program around it, target by target: what isn't
//! granted stops the plan, and what is saved elsewhere is fetched.

use super::Builder;
use crate::config::read::MOST;
use crate::config::{Checks, Config, Hook, Problem};
use crate::guard::Stage;
use crate::plan::Leaf;
use crate::plan::around::Wish;

impl Builder<'_> {
    /// Asks for everything that the target wants of the program around.
    pub(super) fn ask(&mut self, config: &Config, leaf: &Leaf) {
        let provider = leaf.provider.as_deref();
        let at = &config.pointer;
        let keyed = leaf.api_key.is_some() || leaf.header_key;
        if leaf.api_key.is_some() {
            self.wish(at, "api_key", Wish::ApiKey { provider });
        }
        if let Some(provider) = provider.filter(|_| !keyed && leaf.custom_host.is_none()) {
            self.wish(at, "provider", Wish::BoundKey { provider });
        }
        // A credential can also stand among a provider's fields.
        let keyed = keyed || leaf.options.secrets().next().is_some();
        for name in leaf.options.names() {
            self.wish(at, name.field(), Wish::Option { provider, name, keyed });
        }
        if let Some(url) = &leaf.custom_host {
            self.wish(at, "custom_host", Wish::CustomHost { provider, url });
        }
        for header in &leaf.forward_headers {
            self.wish(at, "forward_headers", Wish::ForwardHeader(header));
        }
        if let Some(cache) = leaf.cache {
            self.wish(at, "cache", Wish::Cache(cache.mode));
        }
        if !leaf.strict {
            self.wish(at, "strict_open_ai_compliance", Wish::LooseCompliance);
        }
        if leaf.passthrough {
            self.wish(at, "passthrough", Wish::Passthrough);
        }
        self.ask_checks(leaf);
    }

    pub(super) fn ask_checks(&mut self, leaf: &Leaf) {
        for (stage, hooks) in [(Stage::Before, &leaf.before), (Stage::After, &leaf.after)] {
            for hook in hooks {
                if let Some(check) = hook.misplaced(stage) {
                    let why = format!("{:?} looks at requests: write it before them", check.id);
                    self.reject(&hook.pointer, "", why);
                }
                for check in hook.written() {
                    self.wish(&hook.pointer, "", Wish::Check(check));
                }
            }
        }
    }

    /// What is saved under ids is put in their place.
    pub(super) fn hooks(&mut self, defaults: Vec<Hook>, own: Option<Vec<Hook>>) -> Vec<Hook> {
        let hooks = defaults.into_iter().chain(own.unwrap_or_default());
        let mut all = Vec::new();
        for hook in hooks {
            let Checks::Saved(id) = &hook.checks else {
                all.push(hook);
                continue;
            };
            match self.around.hook(id) {
                Ok(saved) => all.push(hook.filled(saved)),
                Err(why) => self.reject(&hook.pointer, "", why),
            }
        }
        all
    }

    fn wish(&mut self, pointer: &str, field: &str, wish: Wish<'_>) {
        if let Err(why) = self.around.permits(wish) {
            self.reject(pointer, field, why);
        }
    }

    pub(super) fn reject(&mut self, pointer: &str, field: &str, message: String) {
        let slash = if field.is_empty() { "" } else { "/" };
        let problem = Problem { pointer: format!("{pointer}{slash}{field}"), message };
        // Rules that are handed down would be refused once for each target.
        if self.problems.len() < MOST && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}
