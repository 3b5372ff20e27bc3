//! Errors: the kind by the SDK's exception, and what the upstream said.

use jackfield_runtime::CallError;
use jackfield_runtime::api::types::ErrorKind;
use serde_json::Value;

use super::{Differences, text};

/// The exceptions of the SDKs that choose one by the status.
const EXCEPTIONS: [(&str, ErrorKind); 8] = [
    ("BadRequestError", ErrorKind::InvalidRequest),
    ("AuthenticationError", ErrorKind::Authentication),
    ("PermissionDeniedError", ErrorKind::Permission),
    ("NotFoundError", ErrorKind::NotFound),
    ("UnprocessableEntityError", ErrorKind::InvalidRequest),
    ("RateLimitError", ErrorKind::RateLimited),
    ("InternalServerError", ErrorKind::Unavailable),
    ("OverloadedError", ErrorKind::Overloaded),
];

/// Codes that say more than the status, or come with status 200, for which the
/// SDK has no exception. Responses miss a model with status 400.
/// Google's SDK has one for all of 400 and more, and says in `type` which.
const CODES: [(&str, ErrorKind); 4] = [
    ("content_filter", ErrorKind::ContentFilter),
    ("model_not_found", ErrorKind::NotFound),
    ("NOT_FOUND", ErrorKind::NotFound),
    ("INVALID_ARGUMENT", ErrorKind::InvalidRequest),
];

/// Where only the words tell what is wrong: Bedrock misses a model with status
/// 400, and boto3 has one exception for all.
const MESSAGES: [(&str, ErrorKind); 1] = [("The provided model identifier is invalid.", ErrorKind::NotFound)];

/// Compares an error; `answer` is the body that it came in.
pub fn compare(found: &mut Differences, ours: &CallError, expect: &Value, answer: &[u8]) {
    let record = ours.to_record();
    let known = |table: &[(&str, ErrorKind)], word: &str| {
        table.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
    };
    let kind = [
        ("code", &CODES[..]),
        ("type", &CODES[..]),
        ("message", &MESSAGES[..]),
        ("exception", &EXCEPTIONS[..]),
    ]
    .into_iter()
    .find_map(|(member, table)| known(table, expect[member].as_str()?));
    found.same("error kind", &Some(record.kind), &kind);
    found.same("status", &record.status.map(u64::from), &expect["status"].as_u64());
    found.same("code", &record.code, &text(&expect["code"]).or_else(|| text(&expect["type"])));
    // An error of status 200 isn't an error answer.
    if expect["exception"].is_string() {
        found.same("body", &record.body.as_deref().map(str::as_bytes), &Some(answer));
    }
    found.same("sent", &record.sent, &true);
    let message = expect["message"].as_str().unwrap_or_default();
    if !record.message.contains(message) {
        found.same("message", &record.message.as_str(), &message);
    }
    if let Some(id) = expect["request_id"].as_str().filter(|id| !record.message.contains(id)) {
        found.note(format!("the message doesn't name the request {id}"));
    }
}
