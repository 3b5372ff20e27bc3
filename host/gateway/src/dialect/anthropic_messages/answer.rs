//! A whole answer. The dialect has one answer to a request; of several, the
//! first is told.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatResponse, Part};

use super::{block, usage};
use crate::dialect::Identity;
use crate::dialect::extra::{self, Extra};
use crate::dialect::write::Json;

/// Members that are written here.
pub(super) const MESSAGE: [&str; 10] =
    ["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage", "object", "created"];

/// Writes an answer.
pub(super) fn write(answer: &ChatResponse, identity: &Identity, out: &mut BytesMut) {
    let extra = Extra::read(answer.extra.as_deref());
    // Why the model refused: told by the member that it was read from.
    let explained = extra.rest.names().any(|name| name == "stop_details");
    let choice = answer.choices.first();
    Json::new(out).braces(|json| {
        head(answer.id.as_deref(), Some(answer.model.as_str()), identity, json);
        json.list("content", |json| {
            let parts = choice.map_or(&[][..], |choice| &choice.content);
            for part in parts.iter().filter(|part| block::is_block(part)) {
                if explained && matches!(part, Part::Refusal(_)) {
                    continue;
                }
                if let Some(before) = block::before(part) {
                    block::write(&before, json.item());
                }
                block::write(part, json.item());
            }
        });
        let stop = choice.and_then(|choice| choice.stop_sequence.as_deref());
        let reason = choice.and_then(|choice| block::stop_reason(&choice.finish_reason, stop));
        json.text_or_null("stop_reason", reason).text_or_null("stop_sequence", stop);
        json.key("usage");
        usage::write(answer.usage.as_ref(), json);
        extra::write(&extra.rest, &MESSAGE, json);
    });
}

/// The members that a message begins with.
pub(super) fn head(id: Option<&str>, model: Option<&str>, identity: &Identity, json: &mut Json<'_>) {
    match id {
        Some(id) => json.text("id", id),
        None => json.text("id", &format!("msg_{}", identity.id)),
    };
    json.text("type", "message").text("role", "assistant");
    json.text("model", model.filter(|model| !model.is_empty()).unwrap_or(&identity.model));
}
