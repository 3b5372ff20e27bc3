//! `/v1/audio/*`.
//!
//! <https://platform.openai.com/docs/api-reference/audio>

use serde_json::{Value, json};

use super::chat::model;
use super::part::{About, Errors, Part, json_body};
use super::schema::{
    Member, any, anything, flag, list, may, named, need, number, object, text, with, word as one_of,
};

const TRANSCRIPT_EVENTS: &str =
    "With `stream`: events from `transcript.text.delta` to `transcript.text.done`.";
const SPEECH_EVENTS: &str =
    "With `stream_format` `sse`: events from `speech.audio.delta` to `speech.audio.done`.";

/// Paths and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    speech(&mut part);
    let about = About {
        id: "createTranscription",
        tag: "Audio",
        summary: "What is said in a recording",
        description: "The form is decoded, and encoded again for the provider.",
        events: Some(TRANSCRIPT_EVENTS),
    };
    let mut good = transcripts("Transcript");
    good["text/event-stream"] = json!({});
    part.routed("/v1/audio/transcriptions", about, form("TranscriptionForm"), good, Errors::Openai);
    let about = About {
        id: "createTranslation",
        tag: "Audio",
        summary: "What is said in a recording, in English",
        description: "The form is decoded, and encoded again for the provider.",
        events: None,
    };
    part.routed(
        "/v1/audio/translations",
        about,
        form("TranslationForm"),
        transcripts("Translation"),
        Errors::Openai,
    );
    part.schema("TranscriptionForm", object(transcription()));
    part.schema("TranslationForm", object(common(&["json", "text", "srt", "verbose_json", "vtt"])));
    let mut members = told();
    members.extend([
        may("task", text("`transcribe`.")),
        may("words", list(word(), "Words with their times.")),
        may("usage", anything("What was used, of tokens or of time.")),
    ]);
    part.schema("Transcript", object(members));
    part.schema("Translation", object(told()));
    part
}

fn speech(part: &mut Part) {
    let about = About {
        id: "createSpeech",
        tag: "Audio",
        summary: "A text, spoken",
        description: "Decoded, and encoded again for the provider. The sound is passed on as it comes; the media \
                      type is the provider's, or that of the format asked for.",
        events: Some(SPEECH_EVENTS),
    };
    let bytes = || json!({ "schema": { "type": "string", "format": "binary" } });
    let good = json!({
        "audio/*": bytes(),
        "application/octet-stream": bytes(),
        "text/event-stream": {},
    });
    part.routed("/v1/audio/speech", about, json_body("SpeechRequest"), good, Errors::Openai);
    let rate = json!({ "description": "Samples a second, where the sound itself doesn't say.",
        "schema": { "type": "integer", "minimum": 1 } });
    part.paths["/v1/audio/speech"]["post"]["responses"]["200"]["headers"]["x-jackfield-sample-rate"] = rate;
    let voice = any(
        [text("A voice by its name."), object([need("id", text("A voice of one's own."))])],
        "Who speaks.",
    );
    let formats = ["mp3", "opus", "aac", "flac", "wav", "pcm"];
    part.schema(
        "SpeechRequest",
        object([
            may("model", model()),
            need("input", text("What to say.")),
            need("voice", voice),
            may("response_format", one_of(&formats, "The format of the sound.")),
            may("speed", with(with(number("How fast, 1 being usual."), "minimum", 0.25), "maximum", 4)),
            may("instructions", text("How to say it.")),
            may("stream_format", one_of(&["audio", "sse"], "Bytes, or events.")),
        ]),
    );
}

fn form(schema: &str) -> Value {
    json!({ "required": true, "content": { "multipart/form-data": { "schema": named(schema) } } })
}

fn common(formats: &[&str]) -> Vec<Member> {
    vec![
        need("file", json!({ "type": "string", "format": "binary", "description": "The recording." })),
        may("model", model()),
        may("prompt", text("Words to expect, or what was said before.")),
        may("response_format", one_of(formats, "The form of the answer.")),
        may("temperature", with(with(number("0 to 1."), "minimum", 0), "maximum", 1)),
    ]
}

fn transcription() -> Vec<Member> {
    let mut members = common(&["json", "text", "srt", "verbose_json", "vtt", "diarized_json"]);
    let granularity = one_of(&["word", "segment"], "Words or stretches.");
    members.extend([
        may("language", text("The language, as `en`.")),
        may("stream", flag("Whether the answer comes as it is made.")),
        may("timestamp_granularities[]", list(granularity, "What is told with its time.")),
    ]);
    members
}

fn transcripts(schema: &str) -> Value {
    json!({
        "application/json": { "schema": named(schema) },
        "text/plain": { "schema": text("With `response_format` `text`, `srt` or `vtt`.") },
    })
}

fn told() -> Vec<Member> {
    let stretch = object([
        need("start", number("Seconds from the beginning.")),
        need("end", number("Seconds from the beginning.")),
        need("text", text("What is said.")),
    ]);
    vec![
        need("text", text("What is said.")),
        may("language", text("The language that is spoken.")),
        may("duration", number("Seconds.")),
        may("segments", list(stretch, "Stretches with their times.")),
    ]
}

fn word() -> Value {
    object([
        need("word", text("A word.")),
        need("start", number("Seconds from the beginning.")),
        need("end", number("Seconds from the beginning.")),
    ])
}
