//! OpenAPI 3.0 and 3.1 and Swagger 2 documents, and plain JSON schemas in a file.

use serde_json::Value;

use crate::schema::Rewriter;
use crate::{Check, SpecError, Unknown, read};

/// One description, read.
#[derive(Debug)]
pub struct OpenApi {
    file: String,
    document: Value,
}

impl OpenApi {
    /// From the folder of descriptions; `None`, said on stderr, when it isn't there.
    ///
    /// Reading a large one takes seconds in a debug build: keep it for all the
    /// cases of a test.
    #[must_use]
    pub fn load(file: &str) -> Option<Self> {
        read(file).map(|document| Self::new(file, document))
    }

    /// A document that is at hand; `file` is for messages.
    #[must_use]
    pub fn new(file: &str, document: Value) -> Self {
        Self { file: file.to_owned(), document }
    }

    /// What an operation takes as its JSON body.
    ///
    /// # Errors
    /// When there is no such operation, or its schema can't be used.
    pub fn request(&self, method: &str, path: &str, unknown: Unknown) -> Result<Check, SpecError> {
        let operation = format!("/paths/{}/{method}", escaped(path));
        // Swagger 2 has the body among the parameters.
        let parameters = self.document.pointer(&format!("{operation}/parameters"));
        let of_swagger = parameters
            .and_then(Value::as_array)
            .and_then(|all| all.iter().position(|one| one["in"] == "body"));
        match of_swagger {
            Some(index) => self.at(&format!("{operation}/parameters/{index}/schema"), unknown),
            None => self.content(&format!("{operation}/requestBody"), unknown),
        }
    }

    /// What an operation answers as JSON with this status, such as `200`.
    ///
    /// # Errors
    /// When there is no such answer, or its schema can't be used.
    pub fn response(
        &self,
        method: &str,
        path: &str,
        status: u16,
        unknown: Unknown,
    ) -> Result<Check, SpecError> {
        let place = format!("/paths/{}/{method}/responses/{status}", escaped(path));
        match self.document.pointer(&format!("{place}/schema")) {
            Some(_) => self.at(&format!("{place}/schema"), unknown),
            None => self.content(&place, unknown),
        }
    }

    /// A schema by its name, under `components/schemas` or `definitions`.
    ///
    /// # Errors
    /// When there is none, or it can't be used.
    pub fn schema(&self, name: &str, unknown: Unknown) -> Result<Check, SpecError> {
        let new = format!("/components/schemas/{}", escaped(name));
        match self.document.pointer(&new) {
            Some(_) => self.at(&new, unknown),
            None => self.at(&format!("/definitions/{}", escaped(name)), unknown),
        }
    }

    /// The whole file as one schema.
    ///
    /// # Errors
    /// When it can't be used.
    pub fn whole(&self, unknown: Unknown) -> Result<Check, SpecError> {
        self.at("", unknown)
    }

    /// The schema of `application/json` of a body that may be a reference itself.
    fn content(&self, place: &str, unknown: Unknown) -> Result<Check, SpecError> {
        let missing = || SpecError::Missing { file: self.file.clone(), place: place.to_owned() };
        let body = self.document.pointer(place).ok_or_else(missing)?;
        let place = match body["$ref"].as_str() {
            Some(reference) => reference.trim_start_matches('#'),
            None => place,
        };
        self.at(&format!("{place}/content/application~1json/schema"), unknown)
    }

    /// The schema at a JSON pointer.
    fn at(&self, place: &str, unknown: Unknown) -> Result<Check, SpecError> {
        let schema = Rewriter::new(&self.file, &self.document, unknown).whole(place)?;
        Check::new(&schema, &self.file, place)
    }
}

/// One step of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
#[path = "openapi_tests.rs"]
mod tests;
