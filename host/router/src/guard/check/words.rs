//! `contains` `{words, operator}`, `endsWith` `{suffix, not}` and `notNull`
//! `{not}`. Upper and lower case differ.

use serde_json::json;

use super::Operator;
use crate::config::read::Object;
use crate::guard::rule::{flag, text, texts};
use crate::guard::{CheckError, Finding, Judge, Rule, Subject};

#[derive(Debug)]
struct Contains {
    words: Vec<String>,
    operator: Operator,
}

pub(in crate::guard) fn contains(object: &mut Object<'_>) -> Option<Rule> {
    let operator = Operator::read(object, Operator::Any);
    Some(Rule::judge(Contains { words: texts(object, "words", "[\"refund\"]")?, operator }))
}

impl Judge for Contains {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let (found, missing): (Vec<&String>, Vec<&String>) =
            self.words.iter().partition(|word| subject.text.contains(word.as_str()));
        let verdict = self.operator.holds(found.len(), missing.len());
        let explanation = format!(
            "{} of {} words are in the text; asked for {}",
            found.len(),
            self.words.len(),
            self.operator.name()
        );
        let data = json!({
            "verdict": verdict, "operator": self.operator.name(), "foundWords": found,
            "missingWords": missing, "explanation": explanation,
        });
        Ok(Finding { verdict, data })
    }
}

/// A full stop behind the suffix doesn't matter.
#[derive(Debug)]
struct EndsWith {
    suffix: String,
    not: bool,
}

pub(in crate::guard) fn ends_with(object: &mut Object<'_>) -> Option<Rule> {
    let not = flag(object, "not");
    Some(Rule::judge(EndsWith { suffix: text(object, "suffix", "\"Regards\"")?, not }))
}

impl Judge for EndsWith {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let text = subject.some_text()?;
        let ends = text.ends_with(&self.suffix)
            || text.strip_suffix('.').is_some_and(|text| text.ends_with(&self.suffix));
        let verdict = ends != self.not;
        let explanation = format!("the text {} with the suffix", if ends { "ends" } else { "doesn't end" });
        let data = json!({
            "verdict": verdict, "not": self.not, "suffix": self.suffix, "explanation": explanation,
        });
        Ok(Finding { verdict, data })
    }
}

#[derive(Debug)]
struct NotNull {
    not: bool,
}

pub(in crate::guard) fn not_null(object: &mut Object<'_>) -> Option<Rule> {
    Some(Rule::judge(NotNull { not: flag(object, "not") }))
}

impl Judge for NotNull {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let null = subject.text.trim().is_empty();
        let verdict = null == self.not;
        let explanation = if null { "there is no text" } else { "there is text" };
        let data = json!({ "verdict": verdict, "not": self.not, "isNull": null, "explanation": explanation });
        Ok(Finding { verdict, data })
    }
}
