//! The fields of the form.

use jackfield_sdk::transcription::{Granularity, Task, TranscriptionRequest};
use jackfield_sdk::types::Error;

use crate::settings::AudioSettings;
use crate::wire::body::Members;
use crate::wire::value::{Raw, Text};

/// Fields beside the file, in the order they are sent, and what of the request
/// was left out.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) warnings: Vec<String>,
}

impl Form {
    fn add(&mut self, name: &str, value: impl Into<String>) {
        self.fields.push((name.to_owned(), value.into()));
    }

    fn warn(&mut self, warning: &str) {
        self.warnings.push(warning.to_owned());
    }
}

/// Writes the form.
pub(crate) fn prepare(
    request: &TranscriptionRequest,
    model: &str,
    streamed: bool,
    settings: &AudioSettings,
) -> Result<Form, Error> {
    let mut form = Form::default();
    form.add("model", model);
    match request.task {
        Task::Transcribe => {
            if let Some(language) = &request.language {
                form.add("language", language);
            }
        }
        Task::Translate if request.language.is_some() => {
            form.warn("`language` was left out: translations tell it from the recording")
        }
        Task::Translate => {}
    }
    if let Some(prompt) = &request.prompt {
        form.add("prompt", prompt);
    }
    if let Some(temperature) = request.temperature {
        form.add("temperature", temperature.to_string());
    }
    set_format(&mut form, request, settings)?;
    if streamed && request.task == Task::Transcribe {
        form.add("stream", "true");
    }
    if let Some(extra) = &request.extra {
        merge(&mut form.fields, extra)?;
    }
    Ok(form)
}

/// Times and speakers decide the format of the answer.
fn set_format(
    form: &mut Form,
    request: &TranscriptionRequest,
    settings: &AudioSettings,
) -> Result<(), Error> {
    if request.diarize {
        if request.task == Task::Translate {
            return Err(Error::unsupported(
                "this API tells speakers apart in transcriptions, not in translations",
            ));
        }
        if !settings.diarize_models.match_any(&request.model) {
            return Err(Error::unsupported(format!(
                "the model `{}` doesn't tell speakers apart; take one that `config.diarize-models` of the provider lists",
                request.model
            )));
        }
        form.add("response_format", "diarized_json");
        // Demanded for recordings of more than half a minute.
        form.add("chunking_strategy", "auto");
        if request.timestamps.contains(&Granularity::Word) {
            form.warn(
                "times of words were left out: with speakers told apart this API gives those of stretches",
            );
        }
        return Ok(());
    }
    if request.timestamps.is_empty() || !settings.timestamp_models.match_any(&request.model) {
        if !request.timestamps.is_empty() {
            form.warn("`timestamps` were left out: the model gives none");
        }
        form.add("response_format", "json");
        return Ok(());
    }
    form.add("response_format", "verbose_json");
    for granularity in &request.timestamps {
        match (request.task, granularity) {
            (Task::Transcribe, Granularity::Segment) => form.add("timestamp_granularities[]", "segment"),
            (Task::Transcribe, Granularity::Word) => form.add("timestamp_granularities[]", "word"),
            (Task::Translate, Granularity::Segment) => {}
            (Task::Translate, Granularity::Word) => {
                form.warn("times of words were left out: translations give those of stretches")
            }
        }
    }
    Ok(())
}

/// Lays further fields over those of the form: a list as repeated fields, an
/// object as JSON, null takes a field away.
fn merge(fields: &mut Vec<(String, String)>, extra: &str) -> Result<(), Error> {
    let extra: Members<'_> = serde_json::from_str(extra)
        .map_err(|error| Error::invalid_request(format!("`extra` must be a JSON object: {error}")))?;
    for (name, value) in extra.0 {
        let value = Raw(value);
        fields.retain(|(known, _)| *known != name && known.strip_suffix("[]") != Some(&*name));
        match value.read::<Vec<Raw<'_>>>() {
            _ if value.text() == "null" => {}
            Some(items) => fields.extend(items.into_iter().map(|item| (format!("{name}[]"), spelled(item)))),
            None => fields.push((name.into_owned(), spelled(value))),
        }
    }
    Ok(())
}

/// A text as it is, anything else as JSON.
fn spelled(value: Raw<'_>) -> String {
    if value.text().starts_with('"') {
        return value.read::<Text<'_>>().unwrap_or_default().into_string();
    }
    value.text().to_owned()
}
