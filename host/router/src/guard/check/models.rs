//! `modelWhitelist` `{models, not}` and `modelRules` `{rules: {defaults,
//! metadata: {KEY: {VALUE: [models]}}}, not}`: which models may be asked. The
//! model is the target's, after all rules of the route; a list names it by the
//! provider's name for it, or as `provider/model`.

use std::collections::BTreeMap;

use serde_json::json;

use crate::config::read::{Item, Object};
use crate::guard::rule::{flag, texts};
use crate::guard::{CheckError, Finding, Judge, Rule, Subject};

#[derive(Debug)]
struct Whitelist {
    models: Vec<String>,
    not: bool,
}

pub(in crate::guard) fn whitelist(object: &mut Object<'_>) -> Option<Rule> {
    let not = flag(object, "not");
    Some(Rule::judge(Whitelist { models: texts(object, "models", "[\"gpt-4o\"]")?, not }))
}

impl Judge for Whitelist {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        Ok(finding(subject, &self.models, self.not))
    }
}

fn finding(subject: &Subject<'_>, models: &[String], not: bool) -> Finding {
    let listed = subject.is_among(models);
    let verdict = listed != not;
    let explanation = format!(
        "the model {:?} is {}",
        subject.model,
        if listed { "in the list" } else { "not in the list" }
    );
    let data = json!({
        "verdict": verdict, "not": not, "requestedModel": subject.model, "allowedModels": models,
        "explanation": explanation,
    });
    Finding { verdict, data }
}

type Models = Vec<String>;

/// Models by the metadata's keys and values; the defaults are for requests
/// whose metadata says nothing of it.
#[derive(Debug)]
struct Rules {
    defaults: Models,
    metadata: BTreeMap<String, BTreeMap<String, Models>>,
    not: bool,
}

pub(in crate::guard) fn rules(object: &mut Object<'_>) -> Option<Rule> {
    let not = flag(object, "not");
    let Some(item) = object.take("rules") else {
        object.missing("rules", "{\"defaults\": [\"gpt-4o\"]}");
        return None;
    };
    let mut rules = item.object()?;
    let defaults = rules.take("defaults").map_or(Some(Vec::new()), |item| names(&item))?;
    let metadata = rules.take("metadata").map_or(Some(BTreeMap::new()), |item| by_key(&item))?;
    if defaults.is_empty() && metadata.is_empty() {
        rules.reject("these rules name no model: write `defaults`, or `metadata`");
    }
    rules.finish(|_| None);
    Some(Rule::judge(Rules { defaults, metadata, not }))
}

fn names(item: &Item<'_>) -> Option<Models> {
    Some(item.strings()?.into_iter().map(|(_, name)| name).collect())
}

fn by_key(item: &Item<'_>) -> Option<BTreeMap<String, BTreeMap<String, Models>>> {
    let values = |item: &Item<'_>| -> Option<BTreeMap<String, Models>> {
        item.entries()?.into_iter().map(|(value, item)| Some((value, names(&item)?))).collect()
    };
    item.entries()?.into_iter().map(|(key, item)| Some((key, values(&item)?))).collect()
}

impl Judge for Rules {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let said = self.metadata.iter().filter_map(|(key, values)| values.get(subject.metadata.get(key)?));
        let mut models: Models = said.flatten().cloned().collect();
        if models.is_empty() {
            models.clone_from(&self.defaults);
        }
        if models.is_empty() {
            return Err(CheckError::new(
                "NoRule",
                "the request's metadata leads to no models, and there are no `defaults`",
            ));
        }
        Ok(finding(subject, &models, self.not))
    }
}
