//! `regexReplace`: `{rule, redactText, failOnDetection}`. The expression may be
//! written `/…/flags`; without the flag `g` only the first match of each piece
//! of text is replaced, as in JavaScript.

use std::sync::Arc;

use regex::Regex;
use serde_json::{Value, json};

use super::template::Template;
use crate::config::read::Object;
use crate::guard::rule::flag;
use crate::guard::{Finding, Rule, pattern};

/// What a match becomes unless something else is written.
const REDACTED: &str = "[REDACTED]";

/// `regexReplace`.
#[derive(Debug)]
pub struct Replace {
    regex: Regex,
    all: bool,
    template: Template,
    fail_on_detection: bool,
}

impl Replace {
    pub(in crate::guard) fn read(object: &mut Object<'_>) -> Option<Rule> {
        let fail_on_detection = flag(object, "failOnDetection");
        let with = object.take("redactText").map_or(Some(REDACTED.to_owned()), |item| item.string())?;
        // An empty one counts as none in Portkey.
        let with = if with.is_empty() { REDACTED.to_owned() } else { with };
        let Some(item) = object.take("rule") else {
            object.missing("rule", "\"/[0-9]{16}/g\"");
            return None;
        };
        let rule = item.string()?;
        let (pattern, flags) = pattern::literal(&item, &rule)?;
        if pattern.is_empty() {
            item.reject("this expression is empty, so it would match everywhere");
            return None;
        }
        let regex = pattern::compile(&item, pattern, flags)?;
        let template = Template::new(&with, &regex);
        Some(Rule::Replace(Arc::new(Self { regex, all: flags.global, template, fail_on_detection })))
    }

    /// The text with its matches replaced; nothing if there are none.
    pub fn apply(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut end = None;
        let limit = if self.all { usize::MAX } else { 1 };
        for found in self.regex.captures_iter(text).take(limit) {
            let whole = found.get_match();
            out.push_str(&text[end.unwrap_or(0)..whole.start()]);
            self.template.expand(&found, text, &mut out);
            end = Some(whole.end());
        }
        let end = end?;
        out.push_str(&text[end..]);
        Some(out)
    }

    /// What it says once it has run.
    pub fn finding(&self, matched: bool) -> Finding {
        let explanation = match matched {
            true => "the expression was found and its matches were replaced",
            false => "the expression isn't found in the text",
        };
        let verdict = !(matched && self.fail_on_detection);
        let data: Value = json!({
            "verdict": verdict, "regexPattern": self.regex.as_str(), "explanation": explanation,
        });
        Finding { verdict, data }
    }
}
