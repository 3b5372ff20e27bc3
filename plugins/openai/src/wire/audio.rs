//! Answers of the audio endpoints: transcripts, whole and as events, and
//! speech as events.

use super::value::{Count, Raw, Text};

object! {
    /// A transcript; with `response_format` `json` only its text.
    Transcript {
        text: Option<Text<'a>> = "text",
        language: Option<Text<'a>> = "language",
        languages: Option<Vec<Language<'a>>> = "languages",
        duration: Option<Raw<'a>> = "duration",
        segments: Option<Vec<Segment<'a>>> = "segments",
        words: Option<Vec<Word<'a>>> = "words",
        usage: Option<Raw<'a>> = "usage",
        error: Option<Raw<'a>> = "error",
    }
}

object! {
    /// A language heard.
    Language {
        code: Option<Text<'a>> = "code",
    }
}

object! {
    /// A stretch of speech.
    Segment {
        text: Option<Text<'a>> = "text",
        start: Option<f64> = "start",
        end: Option<f64> = "end",
        speaker: Option<Text<'a>> = "speaker",
    }
}

object! {
    /// A word.
    Word {
        word: Option<Text<'a>> = "word",
        start: Option<f64> = "start",
        end: Option<f64> = "end",
    }
}

object! {
    /// An event of a streamed transcript. vLLM streams chunks of its own, which
    /// look like a chat's.
    TranscriptEvent {
        kind: Option<Text<'a>> = "type",
        delta: Option<Text<'a>> = "delta",
        choices: Option<Vec<super::answer::Choice<'a>>> = "choices",
        usage: Option<Raw<'a>> = "usage",
        error: Option<Raw<'a>> = "error",
    }
}

object! {
    /// An event of streamed speech.
    SpeechEvent {
        kind: Option<Text<'a>> = "type",
        audio: Option<Text<'a>> = "audio",
        usage: Option<Raw<'a>> = "usage",
        error: Option<Raw<'a>> = "error",
        sequence: Count = "sequence_number",
    }
}
