//! `jsonKeys`: `{keys, operator}`; whether an object in the text has any, all or
//! none of the keys at its top. One that fulfils it is enough.

use serde_json::{Value, json as data};

use super::{Operator, json};
use crate::config::read::Object;
use crate::guard::rule::texts;
use crate::guard::{CheckError, Finding, Judge, Rule, Subject};

#[derive(Debug)]
struct Keys {
    keys: Vec<String>,
    operator: Operator,
}

pub(in crate::guard) fn read(object: &mut Object<'_>) -> Option<Rule> {
    let operator = Operator::read(object, Operator::Any);
    Some(Rule::judge(Keys { keys: texts(object, "keys", "[\"name\"]")?, operator }))
}

impl Judge for Keys {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let values = json::values(subject.some_text()?);
        let mut best: Option<(bool, Vec<&String>, Vec<&String>)> = None;
        for value in &values {
            let has = |key: &&String| matches!(value, Value::Object(fields) if fields.contains_key(*key));
            let (present, missing): (Vec<_>, Vec<_>) = self.keys.iter().partition(has);
            let holds = self.operator.holds(present.len(), missing.len());
            if holds || best.as_ref().is_none_or(|(_, other, _)| present.len() > other.len()) {
                best = Some((holds, present, missing));
            }
            if holds {
                break;
            }
        }
        let explanation = match &best {
            None => "there is no JSON in the text".to_owned(),
            Some((_, present, _)) => format!(
                "{} of {} keys are there; asked for {}",
                present.len(),
                self.keys.len(),
                self.operator.name()
            ),
        };
        let (verdict, present, missing) = best.unwrap_or((false, Vec::new(), self.keys.iter().collect()));
        let data = data!({
            "verdict": verdict, "operator": self.operator.name(), "presentKeys": present,
            "missingKeys": missing, "explanation": explanation,
        });
        Ok(Finding { verdict, data })
    }
}
