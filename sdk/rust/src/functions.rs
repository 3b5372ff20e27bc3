//! Tools as most APIs write them since OpenAI's did:
//! `{"type": "function", "function": {"name": ..., "parameters": {...}}}`.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::json::raw_object;
use crate::llm::Tool;
use crate::types::Error;

/// A tool, to be written as JSON.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Definition<'a> {
    /// A function of the application.
    Function {
        /// `function`.
        #[serde(rename = "type")]
        kind: &'static str,
        /// The function.
        function: Function<'a>,
    },
    /// A tool of the provider's, in the provider's own form.
    Native(&'a RawValue),
}

/// A function that the model may call.
#[derive(Debug, Serialize)]
pub struct Function<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    /// JSON schema of its arguments, an object.
    pub parameters: &'a RawValue,
}

/// Translates a tool. Whether its arguments are to be strict is left to the
/// plugin, as APIs say that in different places or not at all.
pub fn definition(tool: &Tool) -> Result<Definition<'_>, Error> {
    match tool {
        Tool::Function(function) => {
            let what = format!("the parameters of the tool `{}`", function.name);
            Ok(Definition::Function {
                kind: "function",
                function: Function {
                    name: &function.name,
                    description: function.description.as_deref(),
                    parameters: raw_object(&what, &function.parameters)?,
                },
            })
        }
        Tool::Native(json) => raw_object("a `native` tool", json).map(Definition::Native),
    }
}

/// The function of this name, alone: what is left to offer where an API can't
/// be told which tool to call.
pub fn only<'a>(tools: &'a [Tool], name: &str) -> Result<Vec<&'a Tool>, Error> {
    let is_it = |tool: &&Tool| matches!(tool, Tool::Function(function) if function.name == name);
    let found: Vec<&Tool> = tools.iter().filter(is_it).collect();
    if found.is_empty() {
        return Err(Error::invalid_request(format!(
            "`tool-choice` names the tool `{name}`, which isn't among the tools"
        )));
    }
    Ok(found)
}

/// Whether a tool's arguments must follow its schema exactly.
pub fn is_strict(tool: &Tool) -> bool {
    matches!(tool, Tool::Function(function) if function.strict == Some(true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::llm::FunctionTool;
    use crate::types::ErrorKind;

    fn function(name: &str, parameters: &str, strict: Option<bool>) -> Tool {
        let (name, parameters) = (name.to_owned(), parameters.to_owned());
        Tool::Function(FunctionTool {
            name,
            description: Some("d".to_owned()),
            parameters,
            strict,
            cache: None,
        })
    }

    #[test]
    fn a_tool_is_written_with_its_schema_as_it_came() {
        let tool = function("f", r#"{"type":"object","maximum":1.0}"#, None);
        let written = serde_json::to_string(&definition(&tool).unwrap()).unwrap();
        let expected = r#"{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","maximum":1.0}}}"#;
        assert_eq!(written, expected);
        let native = Tool::Native(r#"{"type":"web_search"}"#.to_owned());
        assert_eq!(
            serde_json::to_value(definition(&native).unwrap()).unwrap(),
            json!({"type": "web_search"})
        );
        for wrong in [function("f", "[]", None), Tool::Native("7".to_owned())] {
            assert_eq!(definition(&wrong).unwrap_err().kind, ErrorKind::InvalidRequest);
        }
    }

    #[test]
    fn a_named_tool_is_found_or_said_to_be_missing() {
        let tools = [
            function("a", "{}", Some(true)),
            function("b", "{}", Some(false)),
            Tool::Native("{}".to_owned()),
        ];
        assert_eq!(only(&tools, "b").unwrap(), [&tools[1]]);
        assert_eq!(only(&tools, "c").unwrap_err().kind, ErrorKind::InvalidRequest);
        assert_eq!(tools.each_ref().map(is_strict), [true, false, false]);
    }
}
