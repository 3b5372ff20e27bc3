//! A whole answer. The dialect has one answer to a request; of several, the
//! first is told.

use bytes::BytesMut;
use jackfield_runtime::api::llm::ChatResponse;

use super::{Asked, block, usage};
use crate::dialect::extra::{self, Extra};
use crate::dialect::read::Rest;
use crate::dialect::write::Json;

/// Members that are written here.
const MEMBERS: [&str; 5] = ["output", "stopReason", "usage", "metrics", MODELS_OWN];

/// The model's own members that the client asked for.
const MODELS_OWN: &str = "additionalModelResponseFields";

/// Writes an answer.
pub(super) fn write(answer: &ChatResponse, asked: Asked, out: &mut BytesMut) {
    let extra = Extra::read(answer.extra.as_deref());
    let choice = answer.choices.first();
    Json::new(out).braces(|json| {
        json.object("output", |json| {
            json.object("message", |json| {
                json.text("role", "assistant").list("content", |json| {
                    for part in choice.map_or(&[][..], |choice| &choice.content) {
                        for block in block::of(part) {
                            block::write(&block, json.item());
                        }
                    }
                });
            });
        });
        let stop = choice.and_then(|choice| choice.stop_sequence.as_deref());
        let reason = choice.map_or("end_turn", |choice| block::stop_reason(&choice.finish_reason, stop));
        json.text("stopReason", reason).key("usage");
        usage::write(answer.usage.as_ref(), json);
        metrics(&extra.rest, asked, json);
        models_own(&extra.rest, stop, asked, json);
        extra::write(&extra.rest, &MEMBERS, json);
    });
}

/// How long it took: in the upstream's words where it is of this dialect.
pub(super) fn metrics(rest: &Rest<'_>, asked: Asked, json: &mut Json<'_>) {
    match rest.iter().find(|(name, _)| *name == "metrics") {
        Some((name, raw)) => {
            json.key(name).raw(raw.get());
        }
        None => {
            let waited = u64::try_from(asked.since.elapsed().as_millis()).unwrap_or(u64::MAX);
            json.object("metrics", |json| {
                json.number("latencyMs", waited);
            });
        }
    }
}

/// The stop text, where the client asked for it, or what the upstream says of
/// the model's own answer.
pub(super) fn models_own(rest: &Rest<'_>, stop: Option<&str>, asked: Asked, json: &mut Json<'_>) {
    if let Some((name, raw)) = rest.iter().find(|(name, _)| *name == MODELS_OWN) {
        json.key(name).raw(raw.get());
    } else if asked.stop_sequence {
        json.object(MODELS_OWN, |json| {
            json.text_or_null("stop_sequence", stop);
        });
    }
}
