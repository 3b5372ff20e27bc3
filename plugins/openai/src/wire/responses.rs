//! Answers of `POST /responses`, whole and as events.

use super::answer::Token;
use super::value::{Content, Count, Raw, Text};

object! {
    /// A response. What only repeats the request is skipped.
    Response {
        id: Option<Text<'a>> = "id",
        model: Option<Text<'a>> = "model",
        created_at: Count = "created_at",
        status: Option<Text<'a>> = "status",
        output: Option<Vec<Raw<'a>>> = "output",
        usage: Option<Raw<'a>> = "usage",
        error: Option<Raw<'a>> = "error",
        incomplete_details: Option<Incomplete<'a>> = "incomplete_details",
    } keeping rest but "object" | "background" | "completed_at" | "frequency_penalty" | "instructions"
        | "max_output_tokens" | "max_tool_calls" | "metadata" | "parallel_tool_calls" | "presence_penalty"
        | "previous_response_id" | "prompt_cache_key" | "prompt_cache_retention" | "reasoning"
        | "safety_identifier" | "store" | "temperature" | "text" | "tool_choice" | "tools" | "top_logprobs"
        | "top_p" | "truncation" | "user" | "output_text" | "context_management" | "prompt"
}

object! {
    /// Why it ended early.
    Incomplete {
        reason: Option<Text<'a>> = "reason",
    }
}

object! {
    /// An item of the output.
    Item {
        kind: Option<Text<'a>> = "type",
        id: Option<Text<'a>> = "id",
        call_id: Option<Text<'a>> = "call_id",
        name: Option<Text<'a>> = "name",
        arguments: Option<Raw<'a>> = "arguments",
        input: Option<Raw<'a>> = "input",
        content: Content<'a> = "content",
        summary: Content<'a> = "summary",
        encrypted_content: Option<Text<'a>> = "encrypted_content",
        result: Option<Text<'a>> = "result",
        output_format: Option<Text<'a>> = "output_format",
    }
}

object! {
    /// A part of a message or of a thought.
    Part {
        kind: Option<Text<'a>> = "type",
        text: Option<Text<'a>> = "text",
        refusal: Option<Text<'a>> = "refusal",
        annotations: Option<Vec<Raw<'a>>> = "annotations",
        logprobs: Option<Vec<Token<'a>>> = "logprobs",
    }
}

object! {
    /// What a text cites: a page, or a file.
    Annotation {
        url: Option<Text<'a>> = "url",
        title: Option<Text<'a>> = "title",
        filename: Option<Text<'a>> = "filename",
        start_index: Count = "start_index",
        end_index: Count = "end_index",
    }
}

object! {
    /// An event of a stream.
    Event {
        kind: Option<Text<'a>> = "type",
        response: Option<Raw<'a>> = "response",
        output_index: Count = "output_index",
        item: Option<Raw<'a>> = "item",
        delta: Option<Raw<'a>> = "delta",
        annotation: Option<Raw<'a>> = "annotation",
        logprobs: Option<Vec<Token<'a>>> = "logprobs",
        error: Option<Raw<'a>> = "error",
    }
}
