//! What an answer says, piece by piece: the forms that whole answers and
//! streams share. In a stream every item of a list has its `index`, by which
//! clients put the pieces together.

use jackfield_runtime::api::llm::{Citation, ReasoningPart, TokenLogprob, ToolCall};
use jackfield_runtime::api::types::Media;

use super::Asked;
use crate::dialect::media;
use crate::dialect::write::Json;

/// Whether more than its text is to be told of a thought.
pub(super) fn is_signed(thought: &ReasoningPart) -> bool {
    thought.signature.is_some() || thought.redacted.is_some() || thought.id.is_some()
}

/// A thought with what must be sent back with it.
pub(super) fn thinking(thought: &ReasoningPart, index: Option<u32>, json: &mut Json<'_>) {
    json.entry(|json| {
        place(index, json);
        match &thought.redacted {
            Some(data) => {
                json.text("type", "redacted_thinking").text("data", data);
                if !thought.text.is_empty() {
                    json.text("thinking", &thought.text);
                }
            }
            None => {
                json.text("type", "thinking").text("thinking", &thought.text);
            }
        }
        json.optional("signature", thought.signature.as_deref()).optional("id", thought.id.as_deref());
    });
}

fn place(index: Option<u32>, json: &mut Json<'_>) {
    if let Some(index) = index {
        json.number("index", index);
    }
}

/// A call, or in a stream the beginning of one.
pub(super) fn tool_call(call: &ToolCall, index: Option<u32>, asked: &Asked, json: &mut Json<'_>) {
    let custom = asked.custom_tools.contains(&call.name);
    json.entry(|json| {
        place(index, json);
        json.text("id", &call.id).text("type", if custom { "custom" } else { "function" });
        if custom {
            json.object("custom", |json| {
                json.text("name", &call.name).text("input", &call.arguments);
            });
        } else {
            json.key("function");
            function(&call.name, &call.arguments, json);
        }
        if let Some(signature) = &call.signature {
            json.object("extra_content", |json| {
                json.object("google", |json| {
                    json.text("thought_signature", signature);
                });
            });
        }
    });
}

pub(super) fn function(name: &str, arguments: &str, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("name", name).text("arguments", arguments);
    });
}

/// A source: the provider's own record of it where that is an object, and one
/// of this dialect otherwise.
pub(super) fn annotation(citation: &Citation, index: Option<u32>, json: &mut Json<'_>) {
    if let Some(raw) = citation.raw.as_deref().filter(|raw| own(raw)) {
        indexed(raw, index, json);
        return;
    }
    json.entry(|json| {
        place(index, json);
        json.text("type", "url_citation").object("url_citation", |json| {
            json.number("start_index", citation.start.unwrap_or(0));
            json.number("end_index", citation.end.or(citation.start).unwrap_or(0));
            json.text("url", citation.url.as_deref().unwrap_or_default());
            json.text("title", citation.title.as_deref().unwrap_or_default());
            json.optional("content", citation.quote.as_deref());
        });
    });
}

/// Whether this is how the dialect itself tells of a source: by a member that
/// is named like its type.
fn own(raw: &str) -> bool {
    raw.trim_start().starts_with('{')
        && ["\"url_citation\"", "\"file_citation\"", "\"file_path\"", "\"container_file_citation\""]
            .iter()
            .any(|kind| raw.contains(kind))
}

/// An object of somebody else's as an item of a list.
pub(super) fn indexed(raw: &str, index: Option<u32>, json: &mut Json<'_>) {
    let inner = raw.trim_start().strip_prefix('{').map(str::trim_start);
    match (index, inner) {
        (Some(index), Some(inner)) if !inner.starts_with('}') && !raw.contains("\"index\"") => {
            json.item().literal("{\"index\":").integer(index).literal(",").raw(inner);
        }
        _ => {
            json.item().raw(raw);
        }
    }
}

/// An image that the model made.
pub(super) fn image(image: &Media, index: Option<u32>, json: &mut Json<'_>) {
    let Some(url) = media::address(image, "image/png") else { return };
    json.entry(|json| {
        place(index, json);
        json.text("type", "image_url").object("image_url", |json| {
            json.text("url", &url);
        });
    });
}

/// Log probabilities, or null.
pub(super) fn write_logprobs(tokens: &[TokenLogprob], json: &mut Json<'_>) {
    if tokens.is_empty() {
        json.null("logprobs");
        return;
    }
    json.object("logprobs", |json| {
        json.list("content", |json| logprobs(tokens, json)).null("refusal");
    });
}

/// A list of tokens.
pub(crate) fn logprobs(tokens: &[TokenLogprob], json: &mut Json<'_>) {
    for token in tokens {
        json.entry(|json| {
            alternative(&token.token, token.logprob, token.bytes.as_deref(), json);
            json.list("top_logprobs", |json| {
                for other in &token.top {
                    json.entry(|json| alternative(&other.token, other.logprob, other.bytes.as_deref(), json));
                }
            });
        });
    }
}

fn alternative(token: &str, logprob: f64, bytes: Option<&[u8]>, json: &mut Json<'_>) {
    json.text("token", token).key("logprob").float(logprob);
    match bytes {
        None => json.null("bytes"),
        Some(bytes) => json.list("bytes", |json| {
            for byte in bytes {
                json.item().integer(*byte);
            }
        }),
    };
}
