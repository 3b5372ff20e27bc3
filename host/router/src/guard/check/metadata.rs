//! `requiredMetadataKeys` `{metadataKeys, operator}` and
//! `requiredMetadataKeyValuePairs` `{metadataPairs, operator}`: whether the
//! request's metadata has any, all or none of them.

use serde_json::json;

use super::Operator;
use crate::config::read::Object;
use crate::guard::rule::texts;
use crate::guard::{CheckError, Finding, Judge, Rule, Subject};

/// Keys, each with the value that it must have where one is asked for.
#[derive(Debug)]
struct Required {
    keys: Vec<(String, Option<String>)>,
    operator: Operator,
}

pub(in crate::guard) fn keys(object: &mut Object<'_>) -> Option<Rule> {
    let operator = Operator::read(object, Operator::All);
    let keys = texts(object, "metadataKeys", "[\"_user\"]")?;
    Some(Rule::judge(Required { keys: keys.into_iter().map(|key| (key, None)).collect(), operator }))
}

pub(in crate::guard) fn pairs(object: &mut Object<'_>) -> Option<Rule> {
    let operator = Operator::read(object, Operator::All);
    let Some(item) = object.take("metadataPairs") else {
        object.missing("metadataPairs", "{\"environment\": \"production\"}");
        return None;
    };
    let entries = item.entries()?;
    if entries.is_empty() {
        item.reject("this names no key: write one such as {\"environment\": \"production\"}");
    }
    let pair = |(key, value): (String, crate::config::read::Item<'_>)| Some((key, Some(value.string()?)));
    Some(Rule::judge(Required { keys: entries.into_iter().filter_map(pair).collect(), operator }))
}

impl Judge for Required {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let has = |(key, value): &&(String, Option<String>)| {
            let found = subject.metadata.get(key);
            found.is_some_and(|found| value.as_ref().is_none_or(|value| found == value))
        };
        let (found, missing): (Vec<_>, Vec<_>) = self.keys.iter().partition(has);
        let verdict = self.operator.holds(found.len(), missing.len());
        let names = |keys: &[&(String, Option<String>)]| -> Vec<String> {
            keys.iter().map(|(key, _)| key.clone()).collect()
        };
        let explanation = format!(
            "{} of {} are in the metadata; asked for {}",
            found.len(),
            self.keys.len(),
            self.operator.name()
        );
        let data = json!({
            "verdict": verdict, "operator": self.operator.name(), "found_metadata_keys": names(&found),
            "missing_metadata_keys": names(&missing), "explanation": explanation,
        });
        Ok(Finding { verdict, data })
    }
}
