//! Pushes real traffic through the parser, where a checkout has it beside the
//! repository, and compares with a slow reading that shares no code with it.

use std::path::{Path, PathBuf};

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::llm::{ChatEvent, FinishReason, Part};
use jackfield_sdk::testing::{json_lines, lines, translate};
use jackfield_sdk::types::Usage;
use serde_json::Value;

use super::answer;
use super::stream::Reader;

/// What an answer says, however it came.
#[derive(Debug, Default, PartialEq)]
struct Told {
    model: String,
    text: String,
    input: Option<u64>,
    output: Option<u64>,
    finish: String,
}

impl Told {
    fn end(&mut self, usage: &Usage, reason: &FinishReason) {
        (self.input, self.output) = (usage.input_tokens, usage.output_tokens);
        self.finish = if *reason == FinishReason::Stop { "stop".to_owned() } else { format!("{reason:?}") };
    }
}

fn whole(body: &str) -> Told {
    let answer = answer::response(body, "asked", &mut CallIds::default(), Vec::new()).unwrap();
    assert!(answer.created.is_some() && answer.extra.is_none());
    let mut told = Told { model: answer.model, ..Told::default() };
    for part in &answer.choices[0].content {
        let Part::Text(text) = part else { panic!("{part:?}") };
        told.text.push_str(&text.text);
    }
    told.end(answer.usage.as_ref().unwrap(), &answer.choices[0].finish_reason);
    told
}

fn streamed(body: &str) -> Told {
    let mut told = Told::default();
    let mut spent = None;
    for event in translate(lines(body), Reader::new("asked", CallIds::default(), Vec::new())).unwrap() {
        match event {
            ChatEvent::Start(start) => told.model = start.model.unwrap(),
            ChatEvent::Text(delta) => told.text.push_str(&delta.text),
            ChatEvent::Usage(usage) => spent = Some(usage),
            ChatEvent::Finish(finish) => told.end(spent.as_ref().unwrap(), &finish.reason),
            other => panic!("{other:?}"),
        }
    }
    told
}

/// Either, slowly.
fn slow(body: &str) -> Told {
    let mut told = Told::default();
    for line in body.lines().filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_str(line).unwrap();
        told.model = line["model"].as_str().unwrap().to_owned();
        told.text.push_str(line["message"]["content"].as_str().unwrap());
        if line["done"] == true {
            (told.input, told.output) = (line["prompt_eval_count"].as_u64(), line["eval_count"].as_u64());
            told.finish = line["done_reason"].as_str().unwrap().to_owned();
        }
    }
    told
}

#[test]
fn recorded_answers_are_read_as_a_slow_reading_reads_them() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recorded");
    let folder = std::env::var_os("JACKFIELD_RECORDED").map_or_else(beside, PathBuf::from);
    let Some(exchanges) = json_lines(&folder.join("ollama.jsonl")) else { return };
    let (mut wholes, mut streams) = (0, 0);
    for exchange in exchanges {
        let (name, body) = (exchange["src"].as_str().unwrap(), exchange["resp"]["text"].as_str().unwrap());
        // The others are of older endpoints, or of its OpenAI-compatible side.
        if exchange["path"] != "/api/chat" {
            continue;
        }
        assert_eq!(exchange["status"], 200, "{name}");
        if body.trim_end().contains('\n') {
            assert_eq!(streamed(body), slow(body), "{name}");
            streams += 1;
        } else {
            assert_eq!(whole(body), slow(body), "{name}");
            // A whole answer is a stream of one line.
            assert_eq!(streamed(body), slow(body), "{name}");
            wholes += 1;
        }
    }
    println!("{wholes} whole answers, {streams} streams");
    assert!(wholes > 0 && streams > 0);
}
