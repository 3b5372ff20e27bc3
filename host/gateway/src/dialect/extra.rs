//! What of an upstream's answer has no field in the typed form: members of the
//! answer, of one of its choices, or of what a choice says. They go back to
//! where they came from, except where the answer being written has a member of
//! that name by itself.

use serde_json::value::RawValue;

use super::read::Rest;
use super::write::Json;

object! {
    /// The members, taken apart.
    Extra {
        choices: &'a RawValue = "choices",
    }
}

object! {
    /// Members of one choice.
    ChoiceExtra {
        index: u32 = "index",
        message: Rest<'a> = "message",
        delta: Rest<'a> = "delta",
    }
}

impl<'a> Extra<'a> {
    /// Takes an answer's extra members apart.
    pub(crate) fn read(json: Option<&'a str>) -> Self {
        json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// Members of choices, where there are such.
    pub(crate) fn of_choices(&self) -> Vec<ChoiceExtra<'a>> {
        self.choices.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }
}

/// Writes members into the object that is open, except for those named.
pub(crate) fn write(rest: &Rest<'_>, known: &[&str], json: &mut Json<'_>) {
    for (name, value) in rest.iter().filter(|(name, _)| !known.contains(name)) {
        json.key(name).raw(value.get());
    }
}
