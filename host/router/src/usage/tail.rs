//! A short cut: the usage of a whole answer, which most upstreams write last.
//!
//! From the name of the last `usage` on, with a brace in front, the rest of the
//! answer must be a JSON object that ends where the answer ends. Then the name is
//! the answer's own and not that of something within it, and nothing before it
//! has to be read.

use jackfield_runtime::api::passthrough::{Dialect, Framing};
use memchr::memmem;
use serde::Deserialize;
use serde_json::Map;
use serde_json::value::RawValue;

use super::{Counted, UsageReader, wire};

/// How far from its end an answer is looked through.
const NEAR: usize = 2_048;

#[derive(Deserialize)]
struct Rest<'r> {
    #[serde(borrow)]
    usage: &'r RawValue,
}

/// What a whole answer in this dialect says that it used; nothing for dialects
/// that aren't known here. `prompt_tokens` stands in for input tokens where it
/// says nothing.
pub fn of_whole(dialect: Dialect, prompt_tokens: u64, body: &[u8]) -> Option<Counted> {
    if let Some(counted) = last(dialect, body) {
        return Some(counted);
    }
    let mut reader = UsageReader::new(dialect, Framing::Whole, prompt_tokens);
    reader.push(body);
    reader.understands().then(|| reader.counted())
}

fn last(dialect: Dialect, body: &[u8]) -> Option<Counted> {
    wire::wanted(dialect)?;
    let near = &body[body.len().saturating_sub(NEAR)..];
    let at = memmem::rfind(near, b"\"usage\"")?;
    // Behind a backslash it is text.
    if at == 0 || near[at - 1] == b'\\' {
        return None;
    }
    let mut rest = Vec::with_capacity(near.len() - at + 1);
    rest.push(b'{');
    rest.extend_from_slice(&near[at..]);
    let Rest { usage } = serde_json::from_slice(&rest).ok()?;
    let mut members = Map::new();
    if !wire::merge(&mut members, usage.get().as_bytes()) {
        return None;
    }
    Some(Counted { usage: wire::usage(dialect, &members)?, estimated: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(body: &str) -> Option<Option<u64>> {
        last(Dialect::OpenaiChat, body.as_bytes()).map(|counted| counted.usage.input_tokens)
    }

    #[test]
    fn a_usage_that_is_the_answers_own_is_found_from_behind() {
        for body in [
            r#"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#,
            "{\"choices\":[], \"usage\" : {\"prompt_tokens\": 7},\n \"x\": [1, {\"y\": \"}\"}] }\n",
            r#"{"usage":{"prompt_tokens":7},"choices":[]}"#,
        ] {
            assert_eq!(input(body), Some(Some(7)), "{body}");
        }
    }

    #[test]
    fn a_usage_within_something_else_is_left_to_who_reads_all() {
        for body in [
            r#"{"choices":[{"usage":{"prompt_tokens":7}}]}"#,
            r#"{"data":{"usage":{"prompt_tokens":7}}}"#,
            r#"{"choices":[{"message":{"content":"\"usage\":{\"prompt_tokens\":7}"}}]}"#,
            r#"{"type":"usage"}"#,
            r#"{"usage":null}"#,
            r#"{"choices":[]}"#,
            r#"{"usage":{"prompt_tokens":7"#,
            "",
        ] {
            assert_eq!(input(body), None, "{body}");
        }
    }

    #[test]
    fn both_ways_tell_the_same() {
        for (dialect, body) in [
            (Dialect::OpenaiChat, r#"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#),
            (Dialect::OpenaiEmbeddings, r#"{"data":[],"usage":{"prompt_tokens":7,"total_tokens":7}}"#),
            (
                Dialect::OpenaiResponses,
                r#"{"status":"completed","usage":{"input_tokens":7,"output_tokens":2}}"#,
            ),
            (
                Dialect::AnthropicMessages,
                r#"{"type":"message","usage":{"input_tokens":7,"output_tokens":2}}"#,
            ),
            (Dialect::OpenaiChat, r#"{"choices":[{"message":{"content":"a b c"}}]}"#),
        ] {
            let mut reader = UsageReader::new(dialect, Framing::Whole, 5);
            reader.push(body.as_bytes());
            assert_eq!(of_whole(dialect, 5, body.as_bytes()), Some(reader.counted()), "{body}");
        }
    }
}
