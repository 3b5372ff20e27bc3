//! What the model says, part by part.

use jackfield_runtime::api::llm::{Part, ReasoningPart, ToolCall};
use jackfield_runtime::api::types::Source;

use super::carried::Carried;
use crate::dialect::read::Rest;
use crate::dialect::write::Json;
use crate::dialect::{calls, media};

/// Members that parts of this dialect have.
const GOOGLES: [&str; 8] = [
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
];

/// Writes a part as so many items as it takes.
pub(super) fn write(part: &Part, json: &mut Json<'_>) {
    match part {
        Part::Text(said) => text(&said.text, json),
        Part::Refusal(said) => text(said, json),
        Part::Reasoning(part) => thought(part, json),
        Part::ToolCall(part) => call(part, json),
        Part::Image(image) => medium(&image.source, image.mime_type.as_deref().unwrap_or("image/png"), json),
        Part::Audio(audio) => {
            medium(&audio.source, audio.mime_type.as_deref().unwrap_or("audio/pcm"), json);
            text(audio.transcript.as_deref().unwrap_or_default(), json);
        }
        Part::Document(document) => {
            medium(&document.source, document.mime_type.as_deref().unwrap_or("text/plain"), json);
        }
        Part::Native(raw) if is_googles(raw) => {
            json.item().raw(raw);
        }
        Part::Native(raw) => {
            let carried = Carried { native: Some(raw.clone()), ..Carried::default() };
            json.entry(|json| {
                json.text("text", "").text("thoughtSignature", &carried.write());
            });
        }
        // Neither is ever said by a model.
        Part::ToolResult(_) | Part::CachePoint(_) => {}
    }
}

/// A text; none for an empty one.
pub(super) fn text(text: &str, json: &mut Json<'_>) {
    if !text.is_empty() {
        json.entry(|json| {
            json.text("text", text);
        });
    }
}

/// A thought; none for one that holds nothing.
pub(super) fn thought(part: &ReasoningPart, json: &mut Json<'_>) {
    let carried = Carried::of_thought(part);
    if part.text.is_empty() && carried.is_none() {
        return;
    }
    json.entry(|json| {
        json.text("text", &part.text).flag("thought", true);
        if let Some(carried) = carried {
            json.text("thoughtSignature", &carried.write());
        }
    });
}

/// A call.
pub(super) fn call(call: &ToolCall, json: &mut Json<'_>) {
    json.entry(|json| {
        json.object("functionCall", |json| {
            json.text("id", &call.id).text("name", &call.name);
            json.key("args").raw(&calls::object(&call.arguments));
        });
        if let Some(signature) = &call.signature {
            let carried = Carried { signature: Some(signature.clone()), ..Carried::default() };
            json.text("thoughtSignature", &carried.write());
        }
    });
}

/// Bytes, or where they are.
pub(super) fn medium(source: &Source, mime_type: &str, json: &mut Json<'_>) {
    json.entry(|json| {
        match source {
            Source::Data(bytes) => json.object("inlineData", |json| {
                json.text("mimeType", mime_type).text("data", &media::encode(bytes));
            }),
            Source::Url(uri) | Source::FileId(uri) => json.object("fileData", |json| {
                json.text("mimeType", mime_type).text("fileUri", uri);
            }),
        };
    });
}

/// Whether a part in its provider's own form is of this dialect.
pub(in crate::dialect) fn is_googles(raw: &str) -> bool {
    let Ok(members) = serde_json::from_str::<Rest<'_>>(raw) else { return false };
    members.names().any(|name| GOOGLES.contains(&name)) && members.names().all(|name| name != "type")
}
