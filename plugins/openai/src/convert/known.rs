//! Whether the service has a model, by its own list, so that a slip in a name
//! is told at once and with the names near it, and not by whatever the service
//! answers.
//!
//! An instance of the plugin serves many calls and keeps the list between them.
//! A list that can't be had blocks no call: the service then judges the name.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jackfield_sdk::types::{Error, ErrorKind};

/// How long a name in the list is taken.
const KEPT: Duration = Duration::from_secs(600);

/// How old a list may be that a name is refused by, since a model may be new;
/// and how long a list that can't be had isn't asked for again.
const RECENT: Duration = Duration::from_secs(60);

/// The most names that a message tells.
const TOLD: usize = 3;

/// The longest name that is compared with those in the list: comparing two takes
/// the product of their lengths, and nothing longer is a slip.
const LONGEST: usize = 256;

/// The list as it is kept.
#[derive(Debug, Default)]
pub(crate) struct Known(Option<(Instant, Result<List, String>)>);

/// What the service lists. Where the list is stays with the operator: callers
/// are told what isn't in it.
#[derive(Debug)]
pub(crate) struct List {
    /// Its models, by the service's own names.
    pub(crate) names: BTreeSet<String>,
}

impl Known {
    /// Nothing kept yet.
    pub(crate) const fn new() -> Self {
        Known(None)
    }

    /// Looks a model up, in a list from `fetch` where none is kept that will do.
    /// What it returns is a warning: that there is no list to look in.
    ///
    /// # Errors
    /// The list has no such model.
    pub(crate) fn check(
        &mut self,
        model: &str,
        now: Instant,
        fetch: impl FnOnce() -> Result<List, Error>,
    ) -> Result<Option<String>, Error> {
        if let Some((since, kept)) = &self.0 {
            let age = now.saturating_duration_since(*since);
            match kept {
                Ok(list) if age < KEPT && list.names.contains(model) => return Ok(None),
                Ok(list) if age < RECENT => return Err(list.refusal(model)),
                Err(why) if age < RECENT => return Ok(Some(unchecked(model, why))),
                Ok(_) | Err(_) => {}
            }
        }
        let fetched = match fetch() {
            // It would refuse everything.
            Ok(list) if list.names.is_empty() => Err("it is empty".to_owned()),
            Ok(list) => Ok(list),
            Err(error) => Err(error.message),
        };
        let (_, kept) = self.0.insert((now, fetched));
        match kept {
            Ok(list) if list.names.contains(model) => Ok(None),
            Ok(list) => Err(list.refusal(model)),
            Err(why) => Ok(Some(unchecked(model, why))),
        }
    }
}

impl List {
    fn refusal(&self, model: &str) -> Error {
        let quoted = |names: Vec<&str>| {
            let quoted: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
            quoted.join(", ")
        };
        let near = near(model, &self.names);
        let advice = if near.is_empty() {
            format!("begins with {}", quoted(self.names.iter().map(String::as_str).take(TOLD).collect()))
        } else {
            format!("has near it {}", quoted(near))
        };
        let message = format!(
            "the service has no model `{model}`: its list of models {advice}; with \
             `config.check-models = false` the service itself judges names"
        );
        Error::new(ErrorKind::NotFound, message).with_code("model_not_found")
    }
}

fn unchecked(model: &str, why: &str) -> String {
    format!("the model `{model}` wasn't looked up in the service's list of models, which can't be had: {why}")
}

/// Names that may have been meant: those that hold what was written, or differ
/// by a few slips, nearest first.
fn near<'n>(model: &str, names: &'n BTreeSet<String>) -> Vec<&'n str> {
    if model.len() > LONGEST {
        return Vec::new();
    }
    let wanted = model.to_ascii_lowercase();
    let most = 1 + wanted.len() / 4;
    // As many slips as the lengths differ by there are in any case.
    let slips = |other: &str| {
        let few = wanted.len().abs_diff(other.len()) <= most;
        few.then(|| distance(&wanted, other)).filter(|slips| *slips <= most)
    };
    let bare = |name: &'n str| name.rsplit('/').next().unwrap_or(name);
    let mut found: Vec<(usize, &str)> = names
        .iter()
        .filter_map(|name| {
            let other = name.to_ascii_lowercase();
            let holds = !wanted.is_empty() && (other.contains(&wanted) || wanted.contains(&other));
            if holds {
                return Some((0, name.as_str()));
            }
            let slips =
                [slips(&other), slips(&bare(name).to_ascii_lowercase())].into_iter().flatten().min()?;
            Some((slips, name.as_str()))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name).take(TOLD).collect()
}

/// How many bytes must be put in, taken out or replaced to make one text of the
/// other.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, byte) in a.bytes().enumerate() {
        let mut corner = above;
        row[0] = above + 1;
        for (place, other) in b.bytes().enumerate() {
            let replaced = corner + usize::from(byte != other);
            corner = row[place + 1];
            row[place + 1] = replaced.min(row[place] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const NAMES: [&str; 4] = ["openai/gpt-oss-120b", "zai-org/GLM-5.3", "zai-org/GLM-5.3-Flash", "Kimi-K3"];

    fn list(names: &[&str]) -> List {
        List { names: names.iter().map(|name| (*name).to_owned()).collect() }
    }

    /// A service, and how often its list was asked for.
    struct Service {
        known: Known,
        asked: Cell<usize>,
        began: Instant,
    }

    impl Service {
        fn new() -> Self {
            Service { known: Known::new(), asked: Cell::new(0), began: Instant::now() }
        }

        fn check(
            &mut self,
            model: &str,
            second: u64,
            answer: Result<List, Error>,
        ) -> Result<Option<String>, Error> {
            let now = self.began + Duration::from_secs(second);
            self.known.check(model, now, || {
                self.asked.set(self.asked.get() + 1);
                answer
            })
        }
    }

    #[test]
    fn one_list_serves_many_calls() {
        let mut service = Service::new();
        for second in 0..600 {
            assert_eq!(service.check("Kimi-K3", second, Ok(list(&NAMES))), Ok(None));
        }
        assert_eq!(service.asked.get(), 1);
        assert_eq!(service.check("Kimi-K3", 601, Ok(list(&NAMES))), Ok(None));
        assert_eq!(service.asked.get(), 2);
    }

    #[test]
    fn a_wrong_name_is_refused_with_those_near_it() {
        let mut service = Service::new();
        for (model, near) in [
            ("gpt-oss-120b", "has near it `openai/gpt-oss-120b`;"),
            ("openai/gpt-os-120b", "has near it `openai/gpt-oss-120b`;"),
            ("kimi-k2", "has near it `Kimi-K3`;"),
            ("GLM-5.3", "has near it `zai-org/GLM-5.3`, `zai-org/GLM-5.3-Flash`;"),
            ("zai-org/glm-5.3", "has near it `zai-org/GLM-5.3`, `zai-org/GLM-5.3-Flash`;"),
            ("whisper-large", "begins with `Kimi-K3`, `openai/gpt-oss-120b`, `zai-org/GLM-5.3`;"),
        ] {
            let error = service.check(model, 1, Ok(list(&NAMES))).unwrap_err();
            assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::NotFound, Some("model_not_found")));
            assert!(!error.sent, "no call went out");
            for part in [&format!("no model `{model}`"), "its list of models", near] {
                assert!(error.message.contains(part), "{part}: {}", error.message);
            }
        }
        assert_eq!(service.asked.get(), 1, "and names that aren't there don't ask again and again");
    }

    #[test]
    fn a_model_that_came_since_is_found_a_minute_later() {
        let mut service = Service::new();
        assert!(service.check("new", 0, Ok(list(&NAMES))).is_err());
        assert!(service.check("new", 59, Ok(list(&["new"]))).is_err());
        assert_eq!(service.check("new", 60, Ok(list(&["new"]))), Ok(None));
        assert_eq!(service.asked.get(), 2);
    }

    #[test]
    fn a_list_that_cannot_be_had_blocks_no_call_and_is_not_asked_for_at_each() {
        for answer in [|| Err(Error::bad_answer("a web page")), || Ok(list(&[]))] {
            let mut service = Service::new();
            for second in 0..60 {
                let warning = service.check("any", second, answer()).unwrap().unwrap();
                assert!(warning.contains("`any`") && warning.contains("can't be had"), "{warning}");
            }
            assert_eq!(service.asked.get(), 1);
            assert_eq!(service.check("Kimi-K3", 60, Ok(list(&NAMES))), Ok(None));
        }
    }

    #[test]
    fn long_names_are_told_apart_without_being_compared() {
        let began = Instant::now();
        let long = "k".repeat(4 << 20);
        let mut service = Service::new();
        let error = service.check(&"m".repeat(LONGEST), 0, Ok(list(&[&long]))).unwrap_err();
        assert!(error.message.contains("begins with `kkk"));
        // One that a name is in is no slip of it, either.
        let told = service.check(&"k".repeat(LONGEST + 1), 1, Ok(list(&[]))).unwrap_err().message;
        assert!(told.contains("begins with"));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }

    #[test]
    fn distances_are_counted_in_slips() {
        for (a, b, slips) in
            [("", "", 0), ("", "ab", 2), ("abc", "abc", 0), ("abc", "adc", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(a, b), slips, "{a} {b}");
            assert_eq!(distance(b, a), slips, "{b} {a}");
        }
    }
}
