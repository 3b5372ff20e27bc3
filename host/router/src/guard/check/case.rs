//! `alluppercase` and `alllowercase`: `{not}`. Letters beyond A to Z don't
//! count, as in Portkey.

use serde_json::json;

use crate::config::read::Object;
use crate::guard::rule::flag;
use crate::guard::{CheckError, Finding, Judge, Rule, Subject};

#[derive(Debug)]
struct Case {
    upper: bool,
    not: bool,
}

pub(in crate::guard) fn upper(object: &mut Object<'_>) -> Option<Rule> {
    Some(Rule::judge(Case { upper: true, not: flag(object, "not") }))
}

pub(in crate::guard) fn lower(object: &mut Object<'_>) -> Option<Rule> {
    Some(Rule::judge(Case { upper: false, not: flag(object, "not") }))
}

impl Judge for Case {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let text = subject.some_text()?;
        let other = |byte: u8| match self.upper {
            true => byte.is_ascii_lowercase(),
            false => byte.is_ascii_uppercase(),
        };
        let holds = !text.bytes().any(other);
        let case = if self.upper { "upper" } else { "lower" };
        let what = if holds { "only" } else { "not only" };
        let verdict = holds != self.not;
        let explanation = format!("the letters are {what} in {case} case");
        Ok(Finding {
            verdict,
            data: json!({ "verdict": verdict, "not": self.not, "explanation": explanation }),
        })
    }
}
