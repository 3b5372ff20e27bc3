//! `tool`: three of them. `echo` gives its arguments back, `fail` fails in a
//! way that the model should see, and `fetch` gives the text at
//! `{base-url}/PATH`.

use jackfield_sdk::json::parse_object;
use jackfield_sdk::tool::{CallResult, Definition, Guest, Output};
use jackfield_sdk::types::{Error, ErrorKind};
use jackfield_sdk::{config, http};
use serde_json::{Value, json};

use crate::Everything;

impl Guest for Everything {
    fn list_tools() -> Result<Vec<Definition>, Error> {
        let anything = json!({ "type": "object" });
        let path =
            json!({ "type": "object", "properties": { "path": { "type": "string" } }, "required": ["path"] });
        Ok(vec![
            definition("echo", "Gives its arguments back", &anything),
            definition("fail", "Fails, always", &anything),
            definition("fetch", "The text at a path of the upstream", &path),
        ])
    }

    fn call(name: String, arguments: String) -> Result<CallResult, Error> {
        match name.as_str() {
            "echo" => Ok(CallResult { content: vec![Output::Json(arguments)], is_error: false }),
            "fail" => {
                Ok(CallResult { content: vec![Output::Text("failed on demand".to_owned())], is_error: true })
            }
            "fetch" => {
                let arguments = parse_object("arguments", &arguments)?;
                let Some(path) = arguments.get("path").and_then(Value::as_str) else {
                    return Err(Error::invalid_request("`arguments` has no `path`, a string"));
                };
                let text = http::get(http::join(&config::url("base-url")?, path))
                    .send_ok(|answer| answer.to_error())?
                    .text()?;
                Ok(CallResult { content: vec![Output::Text(text)], is_error: false })
            }
            _ => Err(Error::new(
                ErrorKind::NotFound,
                format!("there is no tool `{name}`; there are `echo`, `fail` and `fetch`"),
            )),
        }
    }
}

fn definition(name: &str, description: &str, parameters: &Value) -> Definition {
    Definition {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters: parameters.to_string(),
        returns: None,
        read_only: true,
    }
}
