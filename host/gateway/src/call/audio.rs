//! Sound: from a text, and to a text.

mod fields;
pub(crate) mod speech;
mod spoken;
mod transcribed;
pub(crate) mod transcription;

pub(crate) use fields::to_json as fields_to_json;
