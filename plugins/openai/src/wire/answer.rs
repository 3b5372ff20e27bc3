//! Answers of `POST /chat/completions`, whole and as chunks of a stream. The
//! two differ in one name, `message` against `delta`, so one set of types reads
//! both.

use super::value::{Content, Count, Raw, Text};

object! {
    /// An answer or a chunk. `p` and `obfuscation` are padding against traffic
    /// analysis.
    Answer {
        id: Option<Text<'a>> = "id",
        model: Option<Text<'a>> = "model",
        created: Count = "created",
        choices: Option<Vec<Choice<'a>>> = "choices",
        usage: Option<Raw<'a>> = "usage",
        error: Option<Raw<'a>> = "error",
    } keeping rest but "object" | "p" | "obfuscation"
}

object! {
    /// One of the answers asked for.
    Choice {
        index: Count = "index",
        /// Boxed, for a chunk has none and is to stay small.
        message: Option<Box<Message<'a>>> = "message",
        delta: Option<Message<'a>> = "delta",
        /// What the older completions have in place of a message.
        text: Option<Text<'a>> = "text",
        finish_reason: Option<Text<'a>> = "finish_reason",
        logprobs: Option<Raw<'a>> = "logprobs",
        /// vLLM: the stop text, or the id of the stop token.
        stop_reason: Option<Raw<'a>> = "stop_reason",
    } keeping rest but "seed" | "token_ids"
}

impl<'a> Choice<'a> {
    /// What it says, under either name.
    pub(crate) fn take_message(&mut self) -> Option<Message<'a>> {
        self.delta.take().or_else(|| self.message.take().map(|message| *message)).or_else(|| {
            let text = self.text.take()?;
            Some(Message { content: Content::Text(text.0), ..Message::default() })
        })
    }
}

object! {
    /// What an answer says, or more of it.
    Message {
        content: Content<'a> = "content",
        reasoning_content: Content<'a> = "reasoning_content",
        reasoning: Content<'a> = "reasoning",
        refusal: Option<Text<'a>> = "refusal",
        tool_calls: Option<Vec<ToolCall<'a>>> = "tool_calls",
        function_call: Option<Raw<'a>> = "function_call",
        audio: Option<Raw<'a>> = "audio",
        images: Option<Raw<'a>> = "images",
        annotations: Option<Raw<'a>> = "annotations",
    } keeping rest but "role" | "obfuscation"
}

object! {
    /// A tool call, or more of one.
    ToolCall {
        index: Count = "index",
        id: Option<Text<'a>> = "id",
        function: Option<Function<'a>> = "function",
        custom: Option<Custom<'a>> = "custom",
    }
}

object! {
    /// The function that is called.
    Function {
        name: Option<Text<'a>> = "name",
        /// A text, or the object itself.
        arguments: Option<Raw<'a>> = "arguments",
    }
}

object! {
    /// A tool that takes free text.
    Custom {
        name: Option<Text<'a>> = "name",
        input: Option<Raw<'a>> = "input",
    }
}

object! {
    /// A sound that the model made.
    Audio {
        id: Option<Text<'a>> = "id",
        data: Option<Text<'a>> = "data",
        transcript: Option<Text<'a>> = "transcript",
        expires_at: Count = "expires_at",
    }
}

object! {
    /// A part of content that is a list.
    Part {
        kind: Option<Text<'a>> = "type",
        text: Option<Text<'a>> = "text",
        thinking: Content<'a> = "thinking",
        signature: Option<Text<'a>> = "signature",
        refusal: Option<Text<'a>> = "refusal",
        image_url: Option<Raw<'a>> = "image_url",
    }
}

object! {
    /// `image_url` in its long form.
    ImageUrl {
        url: Option<Text<'a>> = "url",
    }
}

object! {
    /// A source that an answer cites.
    Annotation {
        url_citation: Option<UrlCitation<'a>> = "url_citation",
    }
}

object! {
    /// A web page that an answer cites.
    UrlCitation {
        url: Option<Text<'a>> = "url",
        title: Option<Text<'a>> = "title",
        content: Option<Text<'a>> = "content",
        start_index: Count = "start_index",
        end_index: Count = "end_index",
    }
}

object! {
    /// Log probabilities.
    Logprobs {
        content: Option<Vec<Token<'a>>> = "content",
        refusal: Option<Vec<Token<'a>>> = "refusal",
        /// The older completions: four lists side by side.
        tokens: Option<Vec<Text<'a>>> = "tokens",
        token_logprobs: Option<Vec<Option<f64>>> = "token_logprobs",
        top_logprobs: Option<Vec<Raw<'a>>> = "top_logprobs",
    }
}

object! {
    /// A token and how likely it was.
    Token {
        token: Option<Text<'a>> = "token",
        logprob: Option<f64> = "logprob",
        bytes: Option<Vec<u8>> = "bytes",
        top_logprobs: Option<Vec<Token<'a>>> = "top_logprobs",
    }
}

object! {
    /// Groq's own member of a chunk.
    XGroq {
        usage: Option<Raw<'a>> = "usage",
        error: Option<Raw<'a>> = "error",
    }
}
