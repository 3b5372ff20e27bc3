//! The form of a transcription: its fields as the multipart reader hands them
//! over. Fields that the typed form has none for are sent on as they came.

use jackfield_runtime::api::transcription::{Granularity, Task, TranscriptionRequest};

use crate::dialect::error::DecodeError;

/// A form.
#[derive(Debug, Default)]
pub struct Form {
    /// Fields that are texts, in the order they came.
    pub fields: Vec<(String, String)>,
    /// The field `file`.
    pub file: Option<File>,
}

/// A file.
#[derive(Debug)]
pub struct File {
    /// Its name; many providers tell the format by its extension.
    pub name: String,
    /// Its media type.
    pub mime_type: Option<String>,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// The shape in which a transcript is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// An object with the text.
    #[default]
    Json,
    /// The bare text.
    Text,
    /// SubRip subtitles.
    Srt,
    /// WebVTT subtitles.
    Vtt,
    /// An object with stretches and words.
    VerboseJson,
    /// An object with stretches and who speaks.
    DiarizedJson,
}

/// A request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// What is asked.
    pub request: TranscriptionRequest,
    /// The shape of the answer.
    pub shape: Shape,
    /// Whether the answer is wanted as a stream.
    pub stream: bool,
}

/// Reads a form. Its model is empty where it has none: the route may know one.
pub fn decode(form: Form, task: Task) -> Result<Decoded, DecodeError> {
    let file = form.file.ok_or_else(|| DecodeError::missing("file"))?;
    let mut request = TranscriptionRequest {
        model: String::new(),
        audio: file.data,
        file_name: file.name,
        mime_type: file.mime_type,
        task,
        language: None,
        prompt: None,
        temperature: None,
        timestamps: Vec::new(),
        diarize: false,
        extra: None,
    };
    let (mut shape, mut stream) = (None, None);
    let mut further: Vec<(String, Vec<String>)> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in &form.fields {
        let once = matches!(
            name.as_str(),
            "model" | "language" | "prompt" | "temperature" | "response_format" | "stream"
        );
        if once && seen.contains(&name.as_str()) {
            return Err(DecodeError::invalid(name.as_str(), "comes twice"));
        }
        seen.push(name);
        match name.as_str() {
            "model" => request.model = value.clone(),
            "language" => request.language = Some(value.clone()).filter(|value| !value.is_empty()),
            "prompt" => request.prompt = Some(value.clone()),
            "temperature" => {
                let number = value.parse().ok().filter(|number: &f64| number.is_finite());
                request.temperature =
                    Some(number.ok_or_else(|| DecodeError::invalid("temperature", "must be a number"))?);
            }
            "response_format" => shape = Some(read_shape(value)?),
            "stream" => stream = Some(read_flag("stream", value)?),
            "timestamp_granularities[]" | "timestamp_granularities" => {
                let granularity = read_granularity(value)?;
                if !request.timestamps.contains(&granularity) {
                    request.timestamps.push(granularity);
                }
            }
            _ => match further.iter_mut().find(|(known, _)| known == name) {
                Some((_, values)) => values.push(value.clone()),
                None => further.push((name.clone(), vec![value.clone()])),
            },
        }
    }
    let shape = shape.unwrap_or_default();
    let timed = matches!(shape, Shape::Srt | Shape::Vtt | Shape::VerboseJson);
    if timed
        && (request.timestamps.is_empty() || shape != Shape::VerboseJson)
        && !request.timestamps.contains(&Granularity::Segment)
    {
        request.timestamps.push(Granularity::Segment);
    }
    request.diarize = shape == Shape::DiarizedJson;
    request.extra = extra(further);
    Ok(Decoded { request, shape, stream: stream.unwrap_or_default() })
}

fn read_shape(value: &str) -> Result<Shape, DecodeError> {
    Ok(match value {
        "json" => Shape::Json,
        "text" => Shape::Text,
        "srt" => Shape::Srt,
        "vtt" => Shape::Vtt,
        "verbose_json" => Shape::VerboseJson,
        "diarized_json" => Shape::DiarizedJson,
        other => {
            return Err(DecodeError::invalid(
                "response_format",
                format!("can't be `{other}`: take json, text, srt, vtt, verbose_json or diarized_json"),
            ));
        }
    })
}

fn read_flag(name: &str, value: &str) -> Result<bool, DecodeError> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(DecodeError::invalid(name, "must be `true` or `false`")),
    }
}

fn read_granularity(value: &str) -> Result<Granularity, DecodeError> {
    match value {
        "segment" => Ok(Granularity::Segment),
        "word" => Ok(Granularity::Word),
        _ => Err(DecodeError::invalid("timestamp_granularities[]", "must be `segment` or `word`")),
    }
}

/// Further fields as a JSON object: a name that ends with brackets, or that
/// came more than once, is a list.
fn extra(further: Vec<(String, Vec<String>)>) -> Option<String> {
    if further.is_empty() {
        return None;
    }
    let mut members = serde_json::Map::new();
    for (name, mut values) in further {
        let value = match (name.strip_suffix("[]"), values.len()) {
            (None, 1) => serde_json::Value::from(values.pop()),
            _ => serde_json::Value::from(values),
        };
        members.insert(name.strip_suffix("[]").unwrap_or(&name).to_owned(), value);
    }
    Some(serde_json::Value::Object(members).to_string())
}
