//! How the answer is to be made: sampling, its length, its form, its number.

use jackfield_sdk::json;
use jackfield_sdk::llm::{ChatRequest, ResponseFormat};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use serde_json::Value;

use super::{schema, thinking};
use crate::settings::{ChatSettings, Schemas};
use crate::wire::request::{GenerationConfig, PrebuiltVoice, SpeechConfig, VoiceConfig};

const JSON: &str = "application/json";

/// The most alternatives of a token that the API gives.
const MOST_LOGPROBS: u32 = 20;

pub(super) fn config<'a>(
    request: &'a ChatRequest,
    settings: &ChatSettings,
    notes: &mut Notes,
) -> Result<GenerationConfig<'a>, Error> {
    let mut config = GenerationConfig {
        candidate_count: request.choices.filter(|choices| *choices != 1),
        stop_sequences: request.stop.iter().map(String::as_str).filter(|stop| !stop.is_empty()).collect(),
        max_output_tokens: request.max_output_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        top_k: request.top_k,
        seed: request.seed.map(|wanted| seed(wanted, notes)),
        presence_penalty: request.presence_penalty,
        frequency_penalty: request.frequency_penalty,
        response_logprobs: request.logprobs.map(|_| true),
        logprobs: request.logprobs.filter(|count| *count > 0).map(|count| logprobs(count, notes)),
        response_modalities: request.modalities.iter().map(|modality| modality.to_uppercase()).collect(),
        speech_config: request.audio.as_ref().map(|audio| {
            if audio.format != "pcm16" {
                notes.left_out(true, "audio.format", "Google's models give sound as `audio/L16` only");
            }
            let prebuilt_voice_config = PrebuiltVoice { voice_name: &audio.voice };
            SpeechConfig { voice_config: VoiceConfig { prebuilt_voice_config } }
        }),
        thinking_config: thinking::decide(request, settings, notes)?,
        ..GenerationConfig::default()
    };
    form(request, settings, &mut config, notes)?;
    Ok(config)
}

/// The form of the answer.
fn form<'a>(
    request: &'a ChatRequest,
    settings: &ChatSettings,
    config: &mut GenerationConfig<'a>,
    notes: &mut Notes,
) -> Result<(), Error> {
    match &request.response_format {
        None | Some(ResponseFormat::Text) => {}
        Some(ResponseFormat::JsonObject) => config.response_mime_type = Some(JSON),
        Some(ResponseFormat::JsonSchema(format)) => {
            let what = "schema of the response format";
            config.response_mime_type = Some(JSON);
            match settings.schemas {
                Schemas::Json => {
                    let mut schema = json::parse_object(what, &format.schema)?;
                    if let Some(description) = &format.description {
                        schema.entry("description").or_insert_with(|| description.as_str().into());
                    }
                    config.response_json_schema = Some(Value::Object(schema));
                }
                Schemas::OpenApi => {
                    config.response_schema = Some(schema::openapi(what, &format.schema, notes)?);
                }
            }
        }
    }
    Ok(())
}

/// The API takes seeds of 32 bits.
fn seed(wanted: i64, notes: &mut Notes) -> i32 {
    i32::try_from(wanted).unwrap_or_else(|_| {
        // The lower bits: the same seed stays the same, and others stay others.
        let seed = (wanted & i64::from(i32::MAX)) as i32;
        notes.warn(format!("the seed {wanted} became {seed}: Google's API takes 32 bits"));
        seed
    })
}

fn logprobs(count: u32, notes: &mut Notes) -> u32 {
    if count > MOST_LOGPROBS {
        notes.warn(format!("`logprobs` became {MOST_LOGPROBS}, the most that Google's API gives"));
    }
    count.min(MOST_LOGPROBS)
}
