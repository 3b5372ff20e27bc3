//! `jsonSchema`: `{schema, not}`; whether JSON in the text fits the schema
//! (draft 2020-12 unless it names another). One value that fits is enough; a
//! text without JSON never passes.
//!
//! Nothing is fetched for a schema: `$ref` reaches what it has in it.

use jsonschema::{PatternOptions, Validator};
use serde_json::{Value, json as data};

use super::json;
use crate::config::read::Object;
use crate::guard::rule::flag;
use crate::guard::{CheckError, Finding, Judge, Rule, Subject, pattern};
use crate::query::REGEX_SIZE;

/// The most flaws that are told.
const MOST: usize = 8;

#[derive(Debug)]
struct Schema {
    validator: Validator,
    not: bool,
}

pub(in crate::guard) fn read(object: &mut Object<'_>) -> Option<Rule> {
    let not = flag(object, "not");
    let Some(item) = object.take("schema") else {
        object.missing("schema", "{\"type\": \"object\"}");
        return None;
    };
    // Portkey's own pages show it as a text as well.
    let text = if item.is_string() { item.string()? } else { item.raw().to_owned() };
    let schema: Value = match serde_json::from_str(&text) {
        Ok(schema @ Value::Object(_)) => schema,
        Ok(_) => {
            item.reject("a schema is an object, such as {\"type\": \"object\"}");
            return None;
        }
        Err(error) => {
            item.reject(format!("this isn't JSON: {error}"));
            return None;
        }
    };
    // Each `pattern` and each name of `patternProperties` is an expression.
    for _ in text.match_indices("\"pattern") {
        pattern::count(&item)?;
    }
    let patterns = PatternOptions::regex().size_limit(REGEX_SIZE).dfa_size_limit(REGEX_SIZE);
    match jsonschema::options().with_pattern_options(patterns).build(&schema) {
        Ok(validator) => Some(Rule::judge(Schema { validator, not })),
        Err(error) => {
            item.reject(format!("this schema can't be used: {error}"));
            None
        }
    }
}

impl Judge for Schema {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let values = json::values(subject.text);
        let Some(first) = values.first() else {
            let data =
                data!({ "verdict": false, "not": self.not, "explanation": "there is no JSON in the text" });
            return Ok(Finding { verdict: false, data });
        };
        let fits = values.iter().any(|value| self.validator.is_valid(value));
        let flaws: Vec<Value> = match fits {
            true => Vec::new(),
            // The places alone: messages quote the text.
            false => self
                .validator
                .iter_errors(first)
                .take(MOST)
                .map(|error| {
                    data!({
                        "path": error.instance_path().to_string(),
                        "message": format!("doesn't fulfil {}", error.schema_path()),
                    })
                })
                .collect(),
        };
        let verdict = fits != self.not;
        let explanation =
            if fits { "JSON in the text fits the schema" } else { "no JSON in the text fits the schema" };
        let data = data!({
            "verdict": verdict, "not": self.not, "validationErrors": flaws, "explanation": explanation,
        });
        Ok(Finding { verdict, data })
    }
}
