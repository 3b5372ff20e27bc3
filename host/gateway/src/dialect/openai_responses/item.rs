//! Items of the output, in the form that whole answers and streams share.

use jackfield_runtime::api::llm::{Citation, Part, ReasoningPart, TokenLogprob, ToolCall};

use crate::dialect::write::Json;
use crate::dialect::{media, openai_chat};

/// An item.
#[derive(Debug)]
pub(super) enum Item {
    Thought(ReasoningPart),
    Message(Vec<Content>),
    Call(ToolCall),
    /// An image, as its address or its bytes in base64.
    Image(String),
    /// A block in the provider's own form.
    Native(String),
}

/// A part of what a message says.
#[derive(Debug)]
pub(super) enum Content {
    Text { text: String, citations: Vec<Citation>, logprobs: Vec<TokenLogprob> },
    Refusal(String),
}

impl Content {
    pub(super) fn text(text: &str) -> Self {
        Content::Text { text: text.to_owned(), citations: Vec::new(), logprobs: Vec::new() }
    }

    pub(super) fn write(&self, json: &mut Json<'_>) {
        json.braces(|json| match self {
            Content::Text { text, citations, logprobs } => {
                json.text("type", "output_text").text("text", text);
                json.list("annotations", |json| {
                    citations.iter().for_each(|citation| annotation(citation, json.item()));
                });
                json.list("logprobs", |json| openai_chat::write_tokens(logprobs, json));
            }
            Content::Refusal(text) => {
                json.text("type", "refusal").text("refusal", text);
            }
        });
    }
}

impl Item {
    /// The item for a part that isn't part of a message.
    pub(super) fn of(part: &Part) -> Option<Item> {
        Some(match part {
            Part::Reasoning(thought) => Item::Thought(thought.clone()),
            Part::ToolCall(call) => Item::Call(call.clone()),
            Part::Image(image) => {
                let address = media::address(image, "image/png")?;
                let bare = address.split_once(";base64,").map(|(_, data)| data.to_owned());
                Item::Image(bare.unwrap_or(address))
            }
            Part::Native(raw) => Item::Native(raw.clone()),
            _ => return None,
        })
    }

    /// What a part says in a message.
    pub(super) fn content(part: &Part) -> Option<Content> {
        Some(match part {
            Part::Text(part) => Content::Text {
                text: part.text.clone(),
                citations: part.citations.clone(),
                logprobs: Vec::new(),
            },
            Part::Refusal(text) => Content::Refusal(text.clone()),
            Part::Audio(audio) => Content::text(audio.transcript.as_deref()?),
            _ => return None,
        })
    }

    /// Its id: made of the answer's and its place.
    pub(super) fn id(&self, answer: &str, place: usize) -> String {
        let prefix = match self {
            Item::Thought(ReasoningPart { id: Some(id), .. }) => return id.clone(),
            Item::Thought(_) => "rs",
            Item::Message(_) => "msg",
            Item::Call(_) => "fc",
            Item::Image(_) => "ig",
            Item::Native(_) => "it",
        };
        format!("{prefix}_{answer}_{place}")
    }

    pub(super) fn write(&self, id: &str, status: &str, json: &mut Json<'_>) {
        if let Item::Native(raw) = self {
            json.raw(raw);
            return;
        }
        json.braces(|json| {
            json.text("id", id);
            match self {
                Item::Thought(thought) => {
                    json.text("type", "reasoning").list("summary", |json| {
                        if !thought.text.is_empty() {
                            summary(&thought.text, json.item());
                        }
                    });
                    json.optional("encrypted_content", thought.redacted.as_deref());
                    json.optional("signature", thought.signature.as_deref());
                }
                Item::Message(content) => {
                    json.text("type", "message").text("status", status).text("role", "assistant");
                    json.list("content", |json| {
                        content.iter().for_each(|content| content.write(json.item()))
                    });
                }
                Item::Call(call) => {
                    json.text("type", "function_call").text("status", status).text("call_id", &call.id);
                    json.text("name", &call.name).text("arguments", &call.arguments);
                    json.optional("signature", call.signature.as_deref());
                }
                Item::Image(result) => {
                    json.text("type", "image_generation_call").text("status", status).text("result", result);
                }
                Item::Native(_) => {}
            }
        });
    }
}

/// A piece of a thought that is told.
pub(super) fn summary(text: &str, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("type", "summary_text").text("text", text);
    });
}

/// A source, in this dialect's flat form.
pub(super) fn annotation(citation: &Citation, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("type", "url_citation");
        json.number("start_index", citation.start.unwrap_or(0));
        json.number("end_index", citation.end.or(citation.start).unwrap_or(0));
        json.text("url", citation.url.as_deref().unwrap_or_default());
        json.text("title", citation.title.as_deref().unwrap_or_default());
    });
}
