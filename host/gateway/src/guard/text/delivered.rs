//! The texts of a result that a provider delivered by itself: where the operator
//! says that its text is, and those of a chat completion of OpenAI's.
//!
//! Against a text that isn't seen because another of the same name is: a member
//! on the way that is there twice is an error.

use std::ops::Range;

use serde_json::value::RawValue;

use super::{Form, Part, Source, Unreadable, answer};
use crate::dialect::Rest;
use crate::endpoint::ChatDialect;

/// Where in a delivery the value stands that a JSON pointer names; nothing where
/// it is null or isn't there.
pub(in crate::guard) fn place(delivery: &[u8], pointer: &str) -> Result<Option<Range<usize>>, Unreadable> {
    let found = find(serde_json::from_slice(delivery)?, pointer)?;
    Ok(found.filter(|raw| raw.get() != "null").map(|raw| Source(delivery).span(raw)))
}

/// The texts of a result.
///
/// # Errors
/// None are found in it.
pub(in crate::guard) fn read(result: &[u8], text: &str) -> Result<Vec<Part>, Unreadable> {
    let source = Source(result);
    let raw: &RawValue = serde_json::from_slice(result)?;
    let mut parts = match find(raw, "/choices")? {
        Some(_) => answer::read(Form::Chat(ChatDialect::OpenaiChat), result)?,
        None => Vec::new(),
    };
    if let Some(raw) = find(raw, text)?.filter(|raw| raw.get().starts_with('"')) {
        let piece = source.piece(raw)?;
        if !parts.iter().flatten().any(|own| own.span == piece.span) {
            parts.push(vec![piece]);
        }
    }
    if parts.is_empty() {
        return Err(Unreadable(format!(
            "it has no text at {text:?}, where the receiver's `text` says it is, and is no chat completion"
        )));
    }
    // In the order in which they stand.
    parts.sort_by_key(|part| part.first().map_or(0, |piece| piece.span.start));
    Ok(parts)
}

/// The value that a JSON pointer (RFC 6901) names.
fn find<'b>(raw: &'b RawValue, pointer: &str) -> Result<Option<&'b RawValue>, Unreadable> {
    let mut here = raw;
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        let found = match here.get().as_bytes().first() {
            Some(b'{') => {
                let members: Rest<'b> = serde_json::from_str(here.get())?;
                let mut named = members.iter().filter(|(own, _)| *own == name).map(|(_, value)| value);
                let found = named.next();
                if named.next().is_some() {
                    return Err(Unreadable(format!("`{name}` is in it twice")));
                }
                found
            }
            Some(b'[') => {
                let list: Vec<&'b RawValue> = serde_json::from_str(here.get())?;
                name.parse::<usize>().ok().and_then(|place| list.get(place).copied())
            }
            _ => None,
        };
        match found {
            Some(found) => here = found,
            None => return Ok(None),
        }
    }
    Ok(Some(here))
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;

    fn texts(result: &str, text: &str) -> Option<Vec<String>> {
        Some(read(result.as_bytes(), text).ok()?.iter().map(joined).collect())
    }

    #[test]
    fn a_text_is_found_where_it_is_said_to_be_and_in_chat_completions() {
        let chat =
            r#"{"choices":[{"message":{"content":"one"}},{"message":{"content":"two"}}],"own":"three"}"#;
        for (result, text, found) in [
            ("\"hi\"", "", &["hi"][..]),
            (r#"{"output":"hi","other":"x"}"#, "/output", &["hi"]),
            (r#"{"a/b":[{"~":"hi"}]}"#, "/a~1b/0/~0", &["hi"]),
            (chat, "", &["one", "two"]),
            (chat, "/own", &["one", "two", "three"]),
            (r#"{"choices":[{"message":{"content":null}}]}"#, "", &[""]),
            (chat, "/choices/0/message/content", &["one", "two"]),
        ] {
            assert_eq!(texts(result, text).unwrap(), found, "{result} {text}");
        }
    }

    #[test]
    fn what_has_no_text_that_is_known_cannot_be_read() {
        for (result, text) in [
            ("null", ""),
            ("{}", ""),
            (r#"{"output":"hi"}"#, ""),
            (r#"{"output":["hi"]}"#, "/output"),
            (r#"{"output":"hi","output":"hidden"}"#, "/output"),
            (r#"{"choices":[]}"#, ""),
            (r#"{"choices":[{"message":{"content":"a","content":"b"}}]}"#, ""),
            (r#"{"choices":[{"message":{"content":"a"}}],"choices":[]}"#, ""),
            (r#"{"choices":"odd","output":"hi"}"#, "/output"),
        ] {
            assert_eq!(texts(result, text), None, "{result} {text}");
        }
    }

    #[test]
    fn the_place_of_a_result_is_that_of_its_value() {
        let delivery = br#"{"id": "r", "data" : {"a": 1} , "none": null}"#;
        assert_eq!(&delivery[place(delivery, "/data").unwrap().unwrap()], br#"{"a": 1}"#);
        assert_eq!(place(delivery, "/none").unwrap(), None);
        assert_eq!(place(delivery, "/nothing/there").unwrap(), None);
        assert!(place(br#"{"data":1,"data":2}"#, "/data").is_err());
    }
}
