//! The list of models.

use jackfield_sdk::log;
use jackfield_sdk::models::{Guest, ModelInfo};
use jackfield_sdk::types::Error;

use super::{Ollama, get, settings};
use crate::convert::{errors, models};
use crate::wire::models::Listed;

impl Guest for Ollama {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        let settings = settings()?;
        let list = |path: &str| -> Result<Listed, Error> {
            get(path, settings).send_ok(|answer| errors::of_answer(answer, ""))?.json()
        };
        let there = list("api/tags")?;
        // Which of them are loaded is told besides: without it there is a list.
        let loaded = list("api/ps").unwrap_or_else(|error| {
            log::debug("it isn't known which models are loaded", &[("error", &error.message)]);
            Listed::default()
        });
        Ok(models::list(there, loaded))
    }
}
