//! `allowedRequestTypes`: `{allowedTypes, blockedTypes}`, lists or texts with
//! commas; without them, `supported_endpoints` and `blocked_endpoints` of the
//! metadata. What is blocked is so even if it is allowed too.
//! `stream-chatComplete` is a chat that asks for a stream; `chatComplete` is
//! any.

use serde_json::json;

use crate::config::read::{Item, Object};
use crate::guard::{CheckError, Finding, Judge, Rule, Subject};
use crate::suggest::nearest;

/// What requests can be called. Most of them never come here, and may be
/// listed all the same.
const TYPES: [&str; 33] = [
    "complete",
    "chatComplete",
    "embed",
    "rerank",
    "moderate",
    "stream-complete",
    "stream-chatComplete",
    "stream-messages",
    "proxy",
    "imageGenerate",
    "createSpeech",
    "createTranscription",
    "createTranslation",
    "realtime",
    "uploadFile",
    "listFiles",
    "retrieveFile",
    "deleteFile",
    "retrieveFileContent",
    "createBatch",
    "retrieveBatch",
    "cancelBatch",
    "listBatches",
    "getBatchOutput",
    "listFinetunes",
    "createFinetune",
    "retrieveFinetune",
    "cancelFinetune",
    "createModelResponse",
    "getModelResponse",
    "deleteModelResponse",
    "listResponseInputItems",
    "messages",
];

#[derive(Debug)]
struct Kinds {
    allowed: Vec<String>,
    blocked: Vec<String>,
}

pub(in crate::guard) fn read(object: &mut Object<'_>) -> Option<Rule> {
    let mut list = |name| object.take(name).map_or(Some(Vec::new()), |item| types(&item));
    let (allowed, blocked) = (list("allowedTypes")?, list("blockedTypes")?);
    if let Some(both) = allowed.iter().find(|name| blocked.contains(name)) {
        object.reject(format!("{both:?} is allowed and blocked: keep one of the two"));
    }
    Some(Rule::judge(Kinds { allowed, blocked }))
}

fn types(item: &Item<'_>) -> Option<Vec<String>> {
    let names: Vec<(Item<'_>, String)> = match item.is_string() {
        true => split(&item.string()?).map(|name| (item.clone(), name)).collect(),
        false => item.strings()?,
    };
    for (item, name) in &names {
        if !TYPES.contains(&name.as_str()) {
            let advice = match nearest(name, TYPES) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => "write one such as \"chatComplete\"".to_owned(),
            };
            item.reject(format!("{name:?} is no type of requests; {advice}"));
        }
    }
    Some(names.into_iter().map(|(_, name)| name).collect())
}

fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

impl Judge for Kinds {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let said = |own: &Vec<String>, name: &str| match own.is_empty() {
            true => subject.metadata.get(name).map(|text| split(text).collect()).unwrap_or_default(),
            false => own.clone(),
        };
        let allowed: Vec<String> = said(&self.allowed, "supported_endpoints");
        let blocked: Vec<String> = said(&self.blocked, "blocked_endpoints");
        if let Some(both) = allowed.iter().find(|name| blocked.contains(name)) {
            return Err(CheckError::new("Conflict", format!("{both:?} is allowed and blocked")));
        }
        let kind = subject.kind.name();
        let is = |name: &String| {
            name == kind || subject.stream && name.strip_prefix("stream-").is_some_and(|name| name == kind)
        };
        let verdict = !blocked.iter().any(is) && (allowed.is_empty() || allowed.iter().any(is));
        let explanation =
            format!("requests of the type {kind} are {}", if verdict { "allowed" } else { "not allowed" });
        let data = json!({
            "verdict": verdict, "currentRequestType": kind, "allowedTypes": allowed,
            "blockedTypes": blocked, "explanation": explanation,
        });
        Ok(Finding { verdict, data })
    }
}
