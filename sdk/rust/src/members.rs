//! An answer as a JSON object whose members are read one by one, so that those
//! that a plugin has never heard of survive.

use std::collections::BTreeMap;

use serde::de::Deserialize;
use serde_json::value::RawValue;

use crate::types::Error;

/// A JSON object with its members unread.
pub type Members = BTreeMap<String, Box<RawValue>>;

/// A member of an answer, or nothing where it is missing or null. One of
/// another shape is an error of kind `bad-upstream-answer`.
pub fn member<'a, T: Deserialize<'a>>(members: &'a Members, name: &str) -> Result<Option<T>, Error> {
    let Some(raw) = members.get(name) else { return Ok(None) };
    serde_json::from_str(raw.get()).map_err(|error| {
        Error::bad_answer(format!("`{name}` of the upstream's answer isn't as its API says: {error}"))
    })
}

/// The members that aren't among the known ones and aren't null, as one JSON
/// object; nothing where there are none.
pub fn unknown(members: &Members, known: &[&str]) -> Option<String> {
    let unknown: BTreeMap<&str, &RawValue> = members
        .iter()
        .filter(|(name, value)| !known.contains(&name.as_str()) && value.get() != "null")
        .map(|(name, value)| (name.as_str(), value.as_ref()))
        .collect();
    if unknown.is_empty() { None } else { serde_json::to_string(&unknown).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ErrorKind;

    #[test]
    fn members_are_read_by_name_and_the_unknown_ones_survive_as_they_came() {
        let members: Members = serde_json::from_str(r#"{"a":1,"b":null,"c":{"x":1.0},"d":null}"#).unwrap();
        assert_eq!(member::<u32>(&members, "a").unwrap(), Some(1));
        assert_eq!(member::<u32>(&members, "b").unwrap(), None);
        assert_eq!(member::<u32>(&members, "z").unwrap(), None);
        let error = member::<u32>(&members, "c").unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer);
        assert!(error.message.contains("`c`"), "{}", error.message);
        assert_eq!(unknown(&members, &["a"]).as_deref(), Some(r#"{"c":{"x":1.0}}"#));
        assert_eq!(unknown(&members, &["a", "c"]), None);
    }
}
