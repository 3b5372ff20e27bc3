//! Requests that clients really sent to Bedrock, and answers that it really
//! gave: the first are read, and of the second what another provider's answer
//! becomes is held against the service model, where both are at hand.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::types::ErrorKind;
use jackfield_runtime::frame::{Cutter, EventStreamCutter};
use jackfield_spec::AwsService;
use serde_json::Value;

use super::{answers, path, streams};

/// Recorded exchanges with Converse.
fn exchanges() -> Vec<Value> {
    let folder = std::env::var_os("JACKFIELD_RECORDED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recorded"), Into::into);
    let Ok(lines) = std::fs::read_to_string(folder.join("bedrock.jsonl")) else {
        println!("skipped: there is no bedrock.jsonl in {}", folder.display());
        return Vec::new();
    };
    let all = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|told| told["path"].as_str().unwrap_or_default().contains("/converse")).collect()
}

#[test]
fn recorded_requests_are_read() {
    for told in exchanges() {
        let body = told["req"]["text"].as_str().unwrap();
        let read = super::super::decode(body.as_bytes(), &path(false));
        // One of them was recorded in part.
        let Ok(wire) = serde_json::from_str::<Value>(body) else {
            assert!(read.is_err(), "{}", told["src"]);
            continue;
        };
        let messages = wire["messages"].as_array().unwrap();
        match read {
            Ok(decoded) => {
                assert!(decoded.request.messages.len() >= messages.len(), "{}", told["src"]);
                let listed = wire["toolConfig"]["tools"].as_array().into_iter().flatten();
                // A place to cache up to is a mark on the tool before it.
                let tools = listed.filter(|tool| tool.get("cachePoint").is_none());
                assert_eq!(decoded.request.tools.len(), tools.count(), "{}", told["src"]);
            }
            Err(error) => {
                let guarded = wire.get("guardrailConfig").is_some() && error.path == "guardrailConfig";
                assert!(guarded && error.kind == ErrorKind::Unsupported, "{}: {error}", told["src"]);
            }
        }
    }
}

#[test]
fn recorded_streams_name_the_events_that_are_written_here() {
    for told in exchanges() {
        let Some(body) = told["resp"]["b64"].as_str().filter(|text| !text.is_empty()) else { continue };
        let mut cutter = EventStreamCutter::new(1 << 20);
        cutter.push(Bytes::from(STANDARD.decode(body).unwrap())).unwrap();
        for message in cutter.drain() {
            let names: Vec<&str> = message.headers.iter().map(|(name, _)| name.as_str()).collect();
            let mut own = BytesMut::new();
            super::super::frame::event("x", &mut own, |_| {});
            let mut cutter = EventStreamCutter::new(1 << 20);
            cutter.push(own.freeze()).unwrap();
            let written = cutter.drain().remove(0);
            let written: Vec<&str> = written.headers.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(written, names, "{}", told["src"]);
        }
    }
}

#[test]
fn what_is_answered_is_what_the_service_model_says() {
    let Some(service) = AwsService::load("aws/bedrock-runtime.service-2.json") else { return };
    service.response("Converse").unwrap().assert("an answer", &answers::sample());
    for (name, payload) in streams::sample() {
        let shape = match name.as_str() {
            "metadata" => "ConverseStreamMetadataEvent".to_owned(),
            _ => format!("{}{}Event", name[..1].to_uppercase(), &name[1..]),
        };
        service.shape(&shape).unwrap().assert(&name, &payload);
    }
}
