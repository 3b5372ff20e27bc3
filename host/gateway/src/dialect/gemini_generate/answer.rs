//! A whole answer.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatResponse, Choice, Part, TokenLogprob};

use super::{finish, grounding, said};
use crate::dialect::Identity;
use crate::dialect::extra::{self, Extra};
use crate::dialect::write::Json;

/// Members that are written here.
pub(super) const ANSWER: [&str; 6] =
    ["candidates", "usageMetadata", "modelVersion", "responseId", "object", "created"];

/// Writes an answer.
pub(super) fn write(answer: &ChatResponse, identity: &Identity, out: &mut BytesMut) {
    let extra = Extra::read(answer.extra.as_deref());
    Json::new(out).braces(|json| {
        json.list("candidates", |json| {
            for choice in &answer.choices {
                json.entry(|json| candidate(choice, json));
            }
        });
        if let Some(usage) = &answer.usage {
            finish::usage(usage, json);
        }
        head(answer.id.as_deref(), Some(answer.model.as_str()), identity, json);
        extra::write(&extra.rest, &ANSWER, json);
    });
}

/// Which answer it is, and whose.
pub(super) fn head(id: Option<&str>, model: Option<&str>, identity: &Identity, json: &mut Json<'_>) {
    json.text("modelVersion", model.filter(|model| !model.is_empty()).unwrap_or(&identity.model));
    json.text("responseId", id.unwrap_or(&identity.id));
}

fn candidate(choice: &Choice, json: &mut Json<'_>) {
    json.object("content", |json| {
        json.list("parts", |json| {
            choice.content.iter().for_each(|part| said::write(part, json));
        });
        json.text("role", "model");
    });
    finish::write(&choice.finish_reason, json);
    json.number("index", choice.index);
    let (mut text, mut citations) = (String::new(), Vec::new());
    for part in &choice.content {
        if let Part::Text(part) = part {
            text.push_str(&part.text);
            citations.extend(&part.citations);
        }
    }
    grounding::write(&citations, &text, json);
    logprobs(&choice.logprobs, json);
}

/// How likely the tokens were; nothing where nobody said.
pub(super) fn logprobs(tokens: &[TokenLogprob], json: &mut Json<'_>) {
    if tokens.is_empty() {
        return;
    }
    fn token(text: &str, logprob: f64, json: &mut Json<'_>) {
        json.text("token", text).key("logProbability").float(logprob);
    }
    json.object("logprobsResult", |json| {
        json.list("topCandidates", |json| {
            for one in tokens {
                json.entry(|json| {
                    json.list("candidates", |json| {
                        for other in &one.top {
                            json.entry(|json| token(&other.token, other.logprob, json));
                        }
                    });
                });
            }
        });
        json.list("chosenCandidates", |json| {
            for one in tokens {
                json.entry(|json| token(&one.token, one.logprob, json));
            }
        });
    });
}
