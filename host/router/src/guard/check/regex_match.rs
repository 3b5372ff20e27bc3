//! `regexMatch`: `{rule, not}`; whether the expression is found anywhere.

use regex::Regex;
use serde_json::json;

use crate::config::read::Object;
use crate::guard::pattern::{self, Flags};
use crate::guard::rule::flag;
use crate::guard::{CheckError, Finding, Judge, Rule, Subject};

#[derive(Debug)]
struct Match {
    regex: Regex,
    not: bool,
}

pub(in crate::guard) fn read(object: &mut Object<'_>) -> Option<Rule> {
    let not = flag(object, "not");
    let Some(item) = object.take("rule") else {
        object.missing("rule", "\"[0-9]{4}\"");
        return None;
    };
    let rule = item.string()?;
    if rule.is_empty() {
        item.reject("this expression is empty, so it would match everything");
        return None;
    }
    let regex = pattern::compile(&item, &rule, Flags::default())?;
    Some(Rule::judge(Match { regex, not }))
}

impl Judge for Match {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let found = self.regex.is_match(subject.some_text()?);
        let verdict = found != self.not;
        let explanation =
            format!("the expression {} in the text", if found { "is found" } else { "isn't found" });
        let data = json!({
            "verdict": verdict, "not": self.not, "regexPattern": self.regex.as_str(), "explanation": explanation,
        });
        Ok(Finding { verdict, data })
    }
}
