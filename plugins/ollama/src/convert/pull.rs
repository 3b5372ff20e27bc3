//! The download of a missing model, told line by line.

use jackfield_sdk::types::{Error, ErrorKind};

use super::errors;
use crate::wire::models::Progress;

/// How a download goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It does this, as `pulling manifest`.
    Does(String),
    /// The model is there.
    Done,
}

/// One line of it. A download that fails says so in the middle, with status 200.
pub(crate) fn step(line: &str, model: &str) -> Result<Step, Error> {
    let progress: Progress = serde_json::from_str(line).map_err(|error| {
        Error::bad_answer(format!("Ollama's download of `{model}` isn't told as its API says: {error}"))
    })?;
    if let Some(error) = progress.error {
        return Err(failed(errors::of_value(&error), model));
    }
    match progress.status.unwrap_or_default().as_str() {
        "success" => Ok(Step::Done),
        status => Ok(Step::Does(status.to_owned())),
    }
}

/// What went wrong with a download, whether it began or not.
pub(crate) fn failed(mut error: Error, model: &str) -> Error {
    let said = error.message.to_ascii_lowercase();
    if said.contains("file does not exist") || said.contains("not found") {
        error.kind = ErrorKind::NotFound;
    }
    error.message = format!("the model `{model}` isn't there, and Ollama couldn't get it: {}", error.message);
    error
}

/// A download that just stopped.
pub(crate) fn cut_off(model: &str) -> Error {
    Error::bad_answer(format!("Ollama's download of `{model}` was cut off before it said `success`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_goes_on_until_it_says_success() {
        let does = |text: &str| Step::Does(text.to_owned());
        assert_eq!(step(r#"{"status":"pulling manifest"}"#, "m").unwrap(), does("pulling manifest"));
        assert_eq!(
            step(r#"{"status":"pulling 1","total":9,"completed":3}"#, "m").unwrap(),
            does("pulling 1")
        );
        assert_eq!(step(r#"{"status":"success"}"#, "m").unwrap(), Step::Done);
        assert_eq!(step("nonsense", "m").unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
    }

    #[test]
    fn a_download_that_fails_names_the_model_and_the_reason() {
        let error = step(r#"{"error":"pull model manifest: file does not exist"}"#, "tiny:9b").unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
        assert!(
            error.message.contains("`tiny:9b`") && error.message.contains("manifest"),
            "{}",
            error.message
        );
        assert_eq!(step(r#"{"error":"no space left"}"#, "m").unwrap_err().kind, ErrorKind::Unavailable);
        assert!(cut_off("m").message.contains("cut off"));
    }
}
