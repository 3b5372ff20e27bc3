//! Each check, by what its config says of it.

mod judging;
mod reading;
mod reporting;
mod rewriting;

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::config::Hook;

/// One check with these parameters.
#[track_caller]
fn hook(id: &str, parameters: &str) -> Hook {
    Hook::parse(&format!("{{\"{id}\":{parameters}}}"), "")
        .unwrap_or_else(|error| panic!("{id} {parameters}: {error}"))
}

/// What is wrong with it.
#[track_caller]
fn flaw(id: &str, parameters: &str) -> String {
    let hook = Hook::parse(&format!("{{\"{id}\":{parameters}}}"), "");
    hook.map(|_| ()).expect_err(parameters).to_string()
}

fn subject<'s>(text: &'s str, metadata: &'s BTreeMap<String, String>) -> Subject<'s> {
    Subject {
        stage: Stage::Before,
        kind: Kind::Chat,
        stream: false,
        text,
        provider: "openai",
        model: "gpt-4o",
        metadata,
    }
}

#[track_caller]
fn judge_of(id: &str, parameters: &str) -> std::sync::Arc<dyn Judge> {
    match &hook(id, parameters).written()[0].rule {
        Rule::Judge(judge) => std::sync::Arc::clone(judge),
        other => panic!("{other:?}"),
    }
}

/// Its verdict on a text; nothing where it can't say.
#[track_caller]
fn verdict(id: &str, parameters: &str, text: &str) -> Option<bool> {
    judge_of(id, parameters).judge(&subject(text, &BTreeMap::new())).ok().map(|found| found.verdict)
}
