//! How the answer is to be made: sampling, its length, its form, thinking.

use jackfield_runtime::api::llm::{
    AudioOptions, ChatRequest, ReasoningOptions, ResponseFormat, SchemaFormat,
};
use serde_json::Value;
use serde_json::value::RawValue;

use super::schema;
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Text};

const PATH: &str = "generationConfig";

object! {
    /// The member `generationConfig`.
    Config {
        candidates: u32 = "candidateCount" | "candidate_count",
        stop: Vec<String> = "stopSequences" | "stop_sequences",
        max_tokens: u32 = "maxOutputTokens" | "max_output_tokens",
        temperature: f64 = "temperature",
        top_p: f64 = "topP" | "top_p",
        top_k: f64 = "topK" | "top_k",
        seed: i64 = "seed",
        presence_penalty: f64 = "presencePenalty" | "presence_penalty",
        frequency_penalty: f64 = "frequencyPenalty" | "frequency_penalty",
        has_logprobs: bool = "responseLogprobs" | "response_logprobs",
        logprobs: u32 = "logprobs",
        mime_type: Text<'a> = "responseMimeType" | "response_mime_type",
        schema: &'a RawValue = "responseSchema" | "response_schema",
        json_schema: &'a RawValue =
            "responseJsonSchema" | "response_json_schema" | "_responseJsonSchema",
        modalities: Vec<String> = "responseModalities" | "response_modalities",
        speech: Speech<'a> = "speechConfig" | "speech_config",
        thinking: Thinking<'a> = "thinkingConfig" | "thinking_config",
    }
}

object! {
    /// The sound of the answer.
    Speech {
        voice: Voice<'a> = "voiceConfig" | "voice_config",
        several: &'a RawValue = "multiSpeakerVoiceConfig" | "multi_speaker_voice_config",
    }
}

object! {
    /// Whose voice.
    Voice {
        prebuilt: Prebuilt<'a> = "prebuiltVoiceConfig" | "prebuilt_voice_config",
    }
}

object! {
    /// One by its name.
    Prebuilt {
        name: Text<'a> = "voiceName" | "voice_name",
    }
}

object! {
    /// Whether and how much the model thinks.
    Thinking {
        include: bool = "includeThoughts" | "include_thoughts",
        budget: i64 = "thinkingBudget" | "thinking_budget",
        level: Text<'a> = "thinkingLevel" | "thinking_level",
    }
}

/// Puts it into a request.
pub(super) fn apply(
    mut config: Config<'_>,
    request: &mut ChatRequest,
    warnings: &mut Vec<String>,
) -> Result<(), DecodeError> {
    let only = "only Google's models follow it";
    warnings.extend(config.rest.names().map(|name| format!("`{PATH}.{name}` was left out: {only}")));
    request.choices = config.candidates;
    request.stop = config.stop.take().unwrap_or_default();
    request.max_output_tokens = config.max_tokens;
    request.temperature = config.temperature;
    request.top_p = config.top_p;
    request.top_k = config.top_k.map(whole).transpose()?;
    request.seed = config.seed;
    request.presence_penalty = config.presence_penalty;
    request.frequency_penalty = config.frequency_penalty;
    request.logprobs = (config.has_logprobs == Some(true)).then(|| config.logprobs.unwrap_or_default());
    request.modalities = modalities(config.modalities.take().unwrap_or_default());
    request.response_format = form(&config)?;
    if let Some(speech) = config.speech.take() {
        request.audio = Some(voice(speech, warnings)?);
    }
    if let Some(thinking) = config.thinking.take() {
        request.reasoning = Some(reasoning(&thinking)?);
    }
    Ok(())
}

/// A number of tokens, which some clients write with a fraction of zero.
fn whole(number: f64) -> Result<u32, DecodeError> {
    let rounded = number.round();
    if (0.0..=f64::from(u32::MAX)).contains(&rounded) && (number - rounded).abs() < f64::EPSILON {
        return Ok(rounded as u32);
    }
    Err(DecodeError::invalid(format!("{PATH}.topK"), "must be a whole number of tokens"))
}

/// Text alone is what every model gives.
fn modalities(named: Vec<String>) -> Vec<String> {
    let named: Vec<String> = named.iter().map(|name| name.to_ascii_lowercase()).collect();
    match named.iter().all(|name| name == "text") {
        true => Vec::new(),
        false => named,
    }
}

fn form(config: &Config<'_>) -> Result<Option<ResponseFormat>, DecodeError> {
    let unsupported = |mime: &str| {
        DecodeError::unsupported(
            format!("{PATH}.responseMimeType"),
            format!("can't be `{mime}`: take text/plain or application/json"),
        )
    };
    let (mut schema, given) = match (config.json_schema, config.schema) {
        (Some(_), Some(_)) => {
            let message = "stands beside `responseSchema`: send one of them";
            return Err(DecodeError::invalid(format!("{PATH}.responseJsonSchema"), message));
        }
        (Some(raw), None) => (read::raw::<Value>(&format!("{PATH}.responseJsonSchema"), raw)?, true),
        (None, Some(raw)) => {
            let path = format!("{PATH}.responseSchema");
            (schema::convert(&path, read::raw::<Value>(&path, raw)?)?, true)
        }
        (None, None) => (Value::Null, false),
    };
    match config.mime_type.as_deref() {
        None | Some("" | "application/json") if given => {}
        Some("application/json") => return Ok(Some(ResponseFormat::JsonObject)),
        None | Some("" | "text/plain") if !given => return Ok(None),
        Some("text/plain") => {
            let message = "must be application/json, since there is a schema";
            return Err(DecodeError::invalid(format!("{PATH}.responseMimeType"), message));
        }
        other => return Err(unsupported(other.unwrap_or_default())),
    }
    if !schema.is_object() {
        let path = format!("{PATH}.responseJsonSchema");
        return Err(DecodeError::invalid(path, "must be a JSON schema, an object"));
    }
    let strict = schema::close(&mut schema);
    Ok(Some(ResponseFormat::JsonSchema(SchemaFormat {
        name: "answer".to_owned(),
        description: None,
        schema: schema.to_string(),
        strict: strict.then_some(true),
    })))
}

fn voice(speech: Speech<'_>, warnings: &mut Vec<String>) -> Result<AudioOptions, DecodeError> {
    let path = format!("{PATH}.speechConfig");
    if speech.several.is_some() {
        let path = format!("{path}.multiSpeakerVoiceConfig");
        return Err(DecodeError::unsupported(path, "only Google's models have several voices at once"));
    }
    warnings.extend(
        speech
            .rest
            .names()
            .map(|name| format!("`{path}.{name}` was left out: only Google's models follow it")),
    );
    let name = speech.voice.and_then(|voice| voice.prebuilt).and_then(|prebuilt| prebuilt.name);
    let name = name
        .ok_or_else(|| DecodeError::missing(format!("{path}.voiceConfig.prebuiltVoiceConfig.voiceName")))?;
    // Google's models give nothing else.
    Ok(AudioOptions { voice: name.into_string(), format: "pcm16".to_owned() })
}

fn reasoning(thinking: &Thinking<'_>) -> Result<ReasoningOptions, DecodeError> {
    let budget_tokens = match thinking.budget {
        // As the model likes.
        None | Some(-1) => None,
        Some(budget) => Some(u32::try_from(budget).map_err(|_| {
            let message = "must be -1, 0 or a number of tokens";
            DecodeError::invalid(format!("{PATH}.thinkingConfig.thinkingBudget"), message)
        })?),
    };
    let level = thinking.level.as_deref().map(str::to_ascii_lowercase);
    Ok(ReasoningOptions {
        effort: level.filter(|level| !level.is_empty() && level != "thinking_level_unspecified"),
        budget_tokens,
        summary: thinking.include.map(|include| if include { "auto" } else { "none" }.to_owned()),
    })
}
