//! A schema that is ready to judge bodies.

use jsonschema::Validator;
use serde_json::Value;

use crate::SpecError;

/// Flaws of one body that are told; more of them help nobody.
const MOST: usize = 12;
/// Of each flaw, in characters: a union's flaw quotes the whole body.
const LONGEST: usize = 400;

/// Judges bodies by one schema.
#[derive(Debug)]
pub struct Check {
    validator: Validator,
}

impl Check {
    /// From a schema without references out of itself, in the words of draft 2020-12.
    ///
    /// # Errors
    /// When the validator refuses it; `file` and `place` are for the message.
    pub fn new(schema: &Value, file: &str, place: &str) -> Result<Self, SpecError> {
        let validator = jsonschema::draft202012::options().offline().build(schema).map_err(|error| {
            SpecError::Schema { file: file.to_owned(), place: place.to_owned(), why: error.to_string() }
        })?;
        Ok(Self { validator })
    }

    /// What is wrong with the body, each with its place in it. Empty when it fits.
    #[must_use]
    pub fn flaws(&self, body: &Value) -> Vec<String> {
        let tell = |error: jsonschema::ValidationError<'_>| {
            let place = error.instance_path().to_string();
            let what: String = error.to_string().chars().take(LONGEST).collect();
            format!("{}: {what} ({})", if place.is_empty() { "/" } else { &place }, error.schema_path())
        };
        self.validator.iter_errors(body).take(MOST).map(tell).collect()
    }

    /// Fails the test when the body doesn't fit. `what` is the case, for the message.
    ///
    /// # Panics
    /// When the body doesn't fit.
    pub fn assert(&self, what: &str, body: &Value) {
        let flaws = self.flaws(body);
        assert!(flaws.is_empty(), "{what}: the body isn't what the description says\n{flaws:#?}\n{body:#}");
    }
}
