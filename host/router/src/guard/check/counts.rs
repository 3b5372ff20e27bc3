//! `sentenceCount`, `wordCount` and `characterCount`: `{min…, max…, not}`, both
//! ends included. Sentences are counted by their `.`, `!` and `?`; characters
//! as JavaScript counts them, in UTF-16 units.

use serde_json::json;

use crate::config::read::Object;
use crate::guard::rule::flag;
use crate::guard::{CheckError, Finding, Judge, Rule, Subject};

const MOST: u64 = 1 << 40;

#[derive(Debug, Clone, Copy)]
enum Unit {
    Sentences,
    Words,
    Characters,
}

#[derive(Debug)]
struct Count {
    unit: Unit,
    min: u64,
    max: u64,
    not: bool,
}

pub(in crate::guard) fn sentences(object: &mut Object<'_>) -> Option<Rule> {
    Count::read(object, Unit::Sentences, ["minSentences", "maxSentences"], 99_999)
}

pub(in crate::guard) fn words(object: &mut Object<'_>) -> Option<Rule> {
    Count::read(object, Unit::Words, ["minWords", "maxWords"], 99_999)
}

pub(in crate::guard) fn characters(object: &mut Object<'_>) -> Option<Rule> {
    Count::read(object, Unit::Characters, ["minCharacters", "maxCharacters"], 9_999_999)
}

impl Count {
    fn read(
        object: &mut Object<'_>,
        unit: Unit,
        [least, most]: [&'static str; 2],
        usual: u64,
    ) -> Option<Rule> {
        let not = flag(object, "not");
        let (min, max) = (object.take(least), object.take(most));
        if min.is_none() && max.is_none() {
            object.reject(format!("this counts towards nothing: write `{least}` or `{most}`"));
            return None;
        }
        let min = min.map_or(Some(0), |item| item.whole(0, MOST))?;
        let max = max.map_or(Some(usual), |item| item.whole(0, MOST))?;
        if min > max {
            object.reject(format!("`{least}` is above `{most}`: no text can have both"));
        }
        Some(Rule::judge(Self { unit, min, max, not }))
    }
}

impl Judge for Count {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let (count, what) = match self.unit {
            Unit::Sentences => (subject.text.matches(['.', '!', '?']).count(), "sentences"),
            Unit::Words => (subject.some_text()?.split_whitespace().count(), "words"),
            Unit::Characters => (subject.some_text()?.encode_utf16().count(), "characters"),
        };
        if matches!(self.unit, Unit::Words) && count == 0 {
            return Err(CheckError::no_text());
        }
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let within = (self.min..=self.max).contains(&count);
        let verdict = within != self.not;
        let place = if within { "within" } else { "outside" };
        let explanation = format!("the text has {count} {what}, {place} {} to {}", self.min, self.max);
        let data = json!({
            "verdict": verdict, "not": self.not, "count": count, "min": self.min, "max": self.max,
            "explanation": explanation,
        });
        Ok(Finding { verdict, data })
    }
}
