use jackfield_sdk::llm::{
    AudioOptions, CachePoint, FunctionTool, Message, Part, ReasoningPart, ResultPart, Role, SchemaFormat,
    TextPart, ToolCall, ToolResult,
};
use jackfield_sdk::types::{Document, ErrorKind, Media, Source};
use serde_json::{Value, json};

use super::*;
use crate::settings::tests::Table;

mod messages;
mod parameters;

fn request(messages: Vec<Message>) -> ChatRequest {
    ChatRequest::new("m", messages)
}

fn message(role: Role, content: Vec<Part>) -> Message {
    Message { role, name: None, content }
}

fn text(text: &str) -> Part {
    Part::Text(TextPart { text: text.to_owned(), citations: Vec::new() })
}

fn media(source: Source, mime: Option<&str>) -> Media {
    Media { source, mime_type: mime.map(str::to_owned), detail: None, transcript: None, id: None }
}

fn document(source: Source) -> Document {
    Document {
        source,
        mime_type: Some("application/pdf".to_owned()),
        name: None,
        context: None,
        citations: false,
    }
}

fn call(id: &str, arguments: &str) -> Part {
    Part::ToolCall(ToolCall {
        id: id.to_owned(),
        name: "f".to_owned(),
        arguments: arguments.to_owned(),
        signature: None,
    })
}

fn result(id: &str, content: Vec<ResultPart>) -> Part {
    Part::ToolResult(ToolResult { call_id: id.to_owned(), name: None, content, is_error: false })
}

fn written(request: &ChatRequest, table: &Table) -> (Value, Vec<String>) {
    written_as(request, table, Delivery::Whole)
}

fn written_as(request: &ChatRequest, table: &Table, delivery: Delivery) -> (Value, Vec<String>) {
    let settings = table.chat();
    let prepared = prepare(request, &request.model, delivery, &settings).unwrap();
    (serde_json::to_value(&prepared.body).unwrap(), prepared.warnings)
}

/// The messages that come of these, and how many warnings.
fn messages(messages: Vec<Message>, table: &Table) -> (Value, usize) {
    let (mut body, warnings) = written(&request(messages), table);
    (body["messages"].take(), warnings.len())
}

fn refused(messages: Vec<Message>, table: &Table) -> Error {
    prepare(&request(messages), "m", Delivery::Whole, &table.chat()).unwrap_err()
}
