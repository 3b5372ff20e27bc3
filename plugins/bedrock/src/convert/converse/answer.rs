//! A whole answer of Converse. Blocks that the contract has no part for pass in
//! their own form, so that the next request can send them back; what is beside
//! the message, as a guardrail's trace, is told in `extra`.

use jackfield_sdk::base64;
use jackfield_sdk::llm::{
    ChatResponse, Choice, Citation, FinishReason, Part, ReasoningPart, TextPart, ToolCall,
};
use jackfield_sdk::members::{Members, member, unknown};
use jackfield_sdk::types::{Error, Media, Source, Usage};
use serde::de::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::convert::{finish, usage};
use crate::wire::answer::{self, CitationsContent, Image, Output, Reasoning, ToolUse};

/// Members of an answer that the contract has fields for.
const KNOWN: [&str; 3] = ["output", "stopReason", "usage"];
/// What InvokeModel adds to the body of a model, and by which a guardrail says
/// that it intervened.
pub(crate) const GUARDRAIL_ACTION: &str = "amazon-bedrock-guardrailAction";

/// Whose answer it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// The model that was asked for.
    pub(crate) model: String,
    /// The tool whose input is the answer.
    pub(crate) answer_tool: Option<String>,
    /// The only stop text.
    pub(crate) stop: Option<String>,
    /// What the request's translation left out.
    pub(crate) warnings: Vec<String>,
}

/// Translates an answer. `counted` is what the answer's headers count.
pub(crate) fn response(
    members: &Members,
    id: Option<String>,
    counted: Option<Usage>,
    asked: Asked,
) -> Result<ChatResponse, Error> {
    let output = member::<Output<'_>>(members, "output")?;
    let Some(message) = output.and_then(|output| output.message) else {
        return Err(Error::bad_answer("the upstream answered without `output.message`"));
    };
    let mut parts = Parts::new(asked.answer_tool.as_deref());
    for block in message.content {
        parts.add(block)?;
    }
    let stop_reason = member::<String>(members, "stopReason")?;
    let intervened = member::<String>(members, GUARDRAIL_ACTION)?.as_deref() == Some("INTERVENED");
    let counts = member::<Map<String, Value>>(members, "usage")?;
    let stopped = stop_reason.as_deref().is_some_and(finish::ran_into_a_stop);
    Ok(ChatResponse {
        id,
        model: asked.model,
        created: None,
        choices: vec![Choice {
            index: 0,
            finish_reason: match stop_reason {
                _ if intervened => FinishReason::ContentFilter,
                Some(stop_reason) => finish::reason(&stop_reason, parts.calls),
                None => FinishReason::Other("unknown".to_owned()),
            },
            content: parts.list,
            stop_sequence: asked.stop.filter(|_| stopped && !intervened),
            logprobs: Vec::new(),
        }],
        usage: merged(counts.as_ref().map(usage::of_object), counted),
        warnings: asked.warnings,
        extra: unknown(members, &KNOWN),
    })
}

/// The body's counts, and those of the headers where the body has none: with a
/// guardrail, Nova's body tells its input alone.
pub(crate) fn merged(body: Option<Usage>, headers: Option<Usage>) -> Option<Usage> {
    let (Some(body), Some(headers)) = (&body, &headers) else { return body.or(headers) };
    Some(Usage {
        input_tokens: body.input_tokens.or(headers.input_tokens),
        output_tokens: body.output_tokens.or(headers.output_tokens),
        cache_read_tokens: body.cache_read_tokens.or(headers.cache_read_tokens),
        cache_write_tokens: body.cache_write_tokens.or(headers.cache_write_tokens),
        ..body.clone()
    })
}

/// The parts of an answer in the making.
struct Parts<'t> {
    answer_tool: Option<&'t str>,
    list: Vec<Part>,
    /// Characters of text so far, which citations are counted in.
    characters: u32,
    /// Whether the caller has calls to make.
    calls: bool,
}

impl<'t> Parts<'t> {
    fn new(answer_tool: Option<&'t str>) -> Self {
        Parts { answer_tool, list: Vec::new(), characters: 0, calls: false }
    }

    fn add(&mut self, raw: &RawValue) -> Result<(), Error> {
        let block: Members = read(raw)?;
        let native = || Part::Native(raw.get().to_owned());
        let part = match block.iter().next() {
            Some((kind, inner)) => match kind.as_str() {
                "text" => self.text(read(inner)?, &[]),
                "toolUse" => match read::<ToolUse<'_>>(inner)? {
                    call if call.is_the_servers() => native(),
                    call => self.call(call),
                },
                "reasoningContent" => thought(read(inner)?),
                "citationsContent" => {
                    let cited: CitationsContent<'_> = read(inner)?;
                    let text: String = cited.content.into_iter().map(|piece| piece.text).collect();
                    self.text(text, &cited.citations)
                }
                "image" => image(&read(inner)?)?.unwrap_or_else(native),
                _ => native(),
            },
            None => return Ok(()),
        };
        if !matches!(&part, Part::Text(text) if text.text.is_empty() && text.citations.is_empty()) {
            self.list.push(part);
        }
        Ok(())
    }

    fn text(&mut self, text: String, citations: &[&RawValue]) -> Part {
        let start = self.characters;
        self.characters = start.saturating_add(characters(&text));
        let citations =
            citations.iter().map(|raw| citation(raw, Some(start), Some(self.characters))).collect();
        Part::Text(TextPart { text, citations })
    }

    fn call(&mut self, call: ToolUse<'_>) -> Part {
        let arguments = call.input.map_or("{}", RawValue::get).to_owned();
        if self.answer_tool == Some(call.name.as_str()) {
            return self.text(arguments, &[]);
        }
        self.calls = true;
        Part::ToolCall(ToolCall { id: call.tool_use_id, name: call.name, arguments, signature: None })
    }
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Error> {
    serde_json::from_str(raw.get()).map_err(|error| {
        Error::bad_answer(format!("a content block isn't as the upstream's API says: {error}"))
    })
}

fn thought(reasoning: Reasoning<'_>) -> Part {
    let text = reasoning.reasoning_text;
    Part::Reasoning(ReasoningPart {
        signature: text.as_ref().and_then(|text| text.signature.as_deref().map(str::to_owned)),
        text: text.map(|text| text.text.into_owned()).unwrap_or_default(),
        redacted: reasoning.redacted_content.map(|redacted| redacted.into_owned()),
        id: None,
    })
}

/// An image that a model made; nothing where it failed to.
pub(super) fn image(image: &Image<'_>) -> Result<Option<Part>, Error> {
    let Some(bytes) = image.source.as_ref().and_then(|source| source.bytes.as_deref()) else {
        return Ok(None);
    };
    Ok(Some(Part::Image(Media {
        source: Source::Data(base64::decode(bytes)?),
        mime_type: Some(format!("image/{}", if image.format.is_empty() { "png" } else { &image.format })),
        detail: None,
        transcript: None,
        id: None,
    })))
}

/// A citation for the characters from `start` to `end` of the answer's text.
pub(super) fn citation(raw: &RawValue, start: Option<u32>, end: Option<u32>) -> Citation {
    let told: answer::Citation = serde_json::from_str(raw.get()).unwrap_or_default();
    let web = told.location.and_then(|location| location.web).and_then(|web| web.url);
    let quote: String = told.source_content.into_iter().map(|piece| piece.text).collect();
    Citation {
        title: told.title,
        url: web.or_else(|| told.source.filter(|source| source.contains("://"))),
        quote: (!quote.is_empty()).then_some(quote),
        start,
        end,
        raw: Some(raw.get().to_owned()),
    }
}

/// How long a text is for citations.
pub(super) fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}
