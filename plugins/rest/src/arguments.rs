//! The arguments of a call: what a model wrote, checked against the tool's own
//! schema before anything of it goes anywhere.

use serde_json::{Map, Value};

use crate::schema::told;
use crate::tool::Tool;

impl Tool {
    /// The arguments with the defaults of those that aren't given, or what is
    /// wrong with them in words that a model can act on.
    pub(crate) fn arguments(&self, given: Value) -> Result<Map<String, Value>, String> {
        let violations = self.parameters.schema.check(&given);
        if !violations.is_empty() {
            return Err(format!("the arguments of {} are wrong: {}", self.name, told(&violations)));
        }
        let Value::Object(mut arguments) = given else {
            return Err(format!("the arguments of {} must be a JSON object", self.name));
        };
        for (name, default) in &self.parameters.defaults {
            arguments.entry(name.clone()).or_insert_with(|| default.clone());
        }
        Ok(arguments)
    }
}
