//! The chunk of an OpenAI stream that only tells the usage. The gateway asks for
//! it; a client that didn't must not get it, since many take the first choice of
//! each chunk without looking whether there is one.

use bytes::{Bytes, BytesMut};
use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::cut::first_end;

/// These whole events without the chunk that only tells the usage.
pub(super) fn without(events: Bytes) -> Bytes {
    if !has_no_choices(&events) {
        return events;
    }
    let mut kept = BytesMut::new();
    let mut rest = &events[..];
    while !rest.is_empty() {
        let (event, behind) = rest.split_at(first_end(rest).unwrap_or(rest.len()));
        if !only_usage(event) {
            kept.extend_from_slice(event);
        }
        rest = behind;
    }
    kept.freeze()
}

/// Whether an empty list of choices is anywhere in it: a look at the bytes, since
/// nearly no event has one.
fn has_no_choices(events: &[u8]) -> bool {
    const NAME: &[u8] = b"\"choices\"";
    memmem::find_iter(events, NAME).any(|at| {
        let behind = events[at + NAME.len()..].trim_ascii_start();
        let list = behind.strip_prefix(b":").and_then(|value| value.trim_ascii_start().strip_prefix(b"["));
        list.is_some_and(|list| list.trim_ascii_start().first() == Some(&b']'))
    })
}

#[derive(Deserialize)]
struct Chunk {
    choices: Vec<IgnoredAny>,
    usage: Option<IgnoredAny>,
}

fn only_usage(event: &[u8]) -> bool {
    let mut data =
        event.split(|byte| matches!(byte, b'\n' | b'\r')).filter_map(|line| line.strip_prefix(b"data:"));
    let (Some(data), None) = (data.next(), data.next()) else { return false };
    serde_json::from_slice::<Chunk>(data).is_ok_and(|chunk| chunk.choices.is_empty() && chunk.usage.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chunk_that_tells_the_usage_is_taken_out_alone() {
        let usage = "data: {\"choices\":[],\"usage\":{\"total_tokens\":1}}\n\n";
        let spaced = "data: {\"choices\": [ ], \"usage\": {\"total_tokens\": 1}}\r\n\r\n";
        let other = "data: {\"choices\":[{\"delta\":{}}],\"usage\":null}\n\n";
        let null = "data: {\"choices\":[],\"usage\":null}\n\n";
        let filter = "data: {\"choices\":[],\"prompt_filter_results\":[]}\n\n";
        let nested = "data: {\"x\":{\"choices\":[]},\"choices\":[{}],\"usage\":{}}\n\n";
        for (given, kept) in [
            (format!("{other}{usage}data: [DONE]\n\n"), format!("{other}data: [DONE]\n\n")),
            (format!("{spaced}{other}{usage}"), other.to_owned()),
            (usage.to_owned(), String::new()),
            (other.to_owned(), other.to_owned()),
            (null.to_owned(), null.to_owned()),
            (filter.to_owned(), filter.to_owned()),
            (nested.to_owned(), nested.to_owned()),
            (String::new(), String::new()),
        ] {
            assert_eq!(without(Bytes::from(given)), kept);
        }
    }
}
