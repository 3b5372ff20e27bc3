//! The body of a request. Members that the typed form has no field for, and
//! forms of known members that it can't hold, go into `extra`: a provider of
//! the same dialect gets them as they came.

use jackfield_runtime::api::llm::{
    AudioOptions, ChatRequest, ReasoningOptions, ResponseFormat, SchemaFormat,
};
use serde_json::value::RawValue;

use super::messages::{self, Message};
use super::tools::{self, Function};
use super::{Asked, Decoded};
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Labels, OneOrMany, Text};
use crate::dialect::sound;

object! {
    /// The body.
    Body {
        model: Text<'a> = "model",
        messages: Vec<Message<'a>> = "messages",
        stream: bool = "stream",
        stream_options: StreamOptions<'a> = "stream_options",
        tools: Vec<&'a RawValue> = "tools",
        tool_choice: &'a RawValue = "tool_choice",
        parallel_tool_calls: bool = "parallel_tool_calls",
        functions: Vec<Function<'a>> = "functions",
        function_call: &'a RawValue = "function_call",
        response_format: &'a RawValue = "response_format",
        max_tokens: u32 = "max_tokens",
        max_completion_tokens: u32 = "max_completion_tokens",
        temperature: f64 = "temperature",
        top_p: f64 = "top_p",
        top_k: u32 = "top_k",
        frequency_penalty: f64 = "frequency_penalty",
        presence_penalty: f64 = "presence_penalty",
        seed: i64 = "seed",
        stop: OneOrMany = "stop",
        n: u32 = "n",
        logprobs: bool = "logprobs",
        top_logprobs: &'a RawValue = "top_logprobs",
        reasoning_effort: Text<'a> = "reasoning_effort",
        modalities: Vec<String> = "modalities",
        audio: &'a RawValue = "audio",
        user: Text<'a> = "user",
        metadata: Labels = "metadata",
        service_tier: Text<'a> = "service_tier",
    }
}

object! {
    /// What a stream tells.
    StreamOptions {
        include_usage: bool = "include_usage",
    }
}

object! {
    /// The form of the answer.
    Format {
        kind: Text<'a> = "type",
        json_schema: Schema<'a> = "json_schema",
    }
}

object! {
    /// The schema that it follows.
    Schema {
        name: Text<'a> = "name",
        description: Text<'a> = "description",
        schema: &'a RawValue = "schema",
        strict: bool = "strict",
    }
}

object! {
    /// The sound of the answer.
    Audio {
        voice: &'a RawValue = "voice",
        format: Text<'a> = "format",
    }
}

/// Reads a request.
pub fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    let mut body: Body<'_> = read::body(body)?;
    let model = body.model.take().filter(|model| !model.is_empty());
    let model = model.ok_or_else(|| DecodeError::missing("model"))?;
    let wire = body.messages.take().ok_or_else(|| DecodeError::missing("messages"))?;
    if wire.is_empty() {
        return Err(DecodeError::invalid("messages", "holds no message"));
    }
    let mut warnings = Vec::new();
    let messages = messages::convert(wire, &mut warnings)?;
    let mut request = ChatRequest::new(model.into_string(), messages);
    let mut asked = Asked::default();

    tools::set(&mut body, &mut request, &mut asked)?;
    set_format(&mut body, &mut request)?;
    set_sampling(&mut body, &mut request)?;
    set_sound(&mut body, &mut request);
    request.reasoning = body.reasoning_effort.take().map(|effort| ReasoningOptions {
        effort: Some(effort.into_string()),
        budget_tokens: None,
        summary: None,
    });
    request.user = body.user.take().map(Text::into_string);
    request.service_tier = body.service_tier.take().map(Text::into_string);
    request.metadata = body.metadata.take().unwrap_or_default().0;
    request.extra = body.rest.to_json();
    if let Some(options) = body.stream_options.take() {
        asked.include_usage = options.include_usage.unwrap_or_default();
        keep_options(&options, &mut request.extra);
    }
    let stream = body.stream.unwrap_or_default();
    sound::chat(&request)?;
    Ok(Decoded { request, stream, warnings, answer: Box::new(asked) })
}

fn set_format<'a>(body: &mut Body<'a>, request: &mut ChatRequest) -> Result<(), DecodeError> {
    let Some(raw) = body.response_format.take() else { return Ok(()) };
    let format: Format<'a> = read::raw("response_format", raw)?;
    request.response_format = match (format.kind.as_deref(), format.json_schema) {
        (Some("text"), None) if format.rest.is_empty() => Some(ResponseFormat::Text),
        (Some("json_object"), None) if format.rest.is_empty() => Some(ResponseFormat::JsonObject),
        (Some("json_schema"), None) => return Err(DecodeError::missing("response_format.json_schema")),
        (Some("json_schema"), Some(schema)) if format.rest.is_empty() && schema.rest.is_empty() => {
            let name = schema.name.ok_or_else(|| DecodeError::missing("response_format.json_schema.name"))?;
            Some(ResponseFormat::JsonSchema(SchemaFormat {
                name: name.into_string(),
                description: schema.description.map(Text::into_string),
                schema: schema.schema.map_or("{}", RawValue::get).to_owned(),
                strict: schema.strict,
            }))
        }
        (None, _) => return Err(DecodeError::missing("response_format.type")),
        _ => {
            body.rest.push("response_format".into(), raw);
            None
        }
    };
    Ok(())
}

fn set_sampling(body: &mut Body<'_>, request: &mut ChatRequest) -> Result<(), DecodeError> {
    request.max_output_tokens = match (body.max_completion_tokens, body.max_tokens) {
        (Some(new), Some(old)) if new != old => {
            return Err(DecodeError::invalid(
                "max_tokens",
                format!("says {old} and `max_completion_tokens` says {new}: leave one of them out"),
            ));
        }
        (new, old) => new.or(old),
    };
    request.temperature = body.temperature;
    request.top_p = body.top_p;
    request.top_k = body.top_k;
    request.frequency_penalty = body.frequency_penalty;
    request.presence_penalty = body.presence_penalty;
    request.seed = body.seed;
    request.stop = body.stop.take().unwrap_or_default().0;
    request.choices = body.n;
    if body.logprobs == Some(true) {
        let top: Option<u32> =
            body.top_logprobs.take().map(|raw| read::raw("top_logprobs", raw)).transpose()?;
        request.logprobs = Some(top.unwrap_or(0));
    } else if let Some(raw) = body.top_logprobs.take().filter(|raw| raw.get() != "0") {
        // An upstream may know what it means by itself.
        body.rest.push("top_logprobs".into(), raw);
    }
    Ok(())
}

fn set_sound<'a>(body: &mut Body<'a>, request: &mut ChatRequest) {
    request.modalities = body.modalities.take().unwrap_or_default();
    let Some(raw) = body.audio.take() else { return };
    let audio: Audio<'a> = serde_json::from_str(raw.get()).unwrap_or_default();
    let voice = audio.voice.and_then(|voice| serde_json::from_str(voice.get()).ok());
    match (voice, audio.format) {
        (Some(voice), Some(format)) if audio.rest.is_empty() => {
            request.audio = Some(AudioOptions { voice, format: format.into_string() });
        }
        // A voice of one's own, or whatever else is new.
        _ => body.rest.push("audio".into(), raw),
    }
}

/// Options of the stream beside the usage. That one is always asked of the
/// upstream, whatever the client wants to see.
fn keep_options(options: &StreamOptions<'_>, extra: &mut Option<String>) {
    let Some(rest) = options.rest.to_json() else { return };
    let mut json = extra.take().unwrap_or_else(|| "{}".to_owned());
    json.pop();
    read::member_name(&mut json, "stream_options");
    json.push_str("{\"include_usage\":true,");
    json.push_str(&rest[1..]);
    json.push('}');
    *extra = Some(json);
}
