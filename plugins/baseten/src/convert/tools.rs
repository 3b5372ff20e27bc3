//! The deployments as tools: ask, queue, look after a queued request, take it
//! back. Here a caller says what a model takes, whatever it is.

use jackfield_sdk::json::{kind, parse_object};
use jackfield_sdk::tool::Definition;
use jackfield_sdk::types::Error;
use serde_json::{Map, Value, json};

use super::queue::Queue;
use crate::address::Address;
use crate::settings::Settings;

/// A call of a tool.
#[derive(Debug, PartialEq)]
pub(crate) enum Call {
    Predict { address: Address, input: Value },
    Submit { address: Address, input: Value, queue: Queue },
    Status { address: Address, request_id: String },
    Cancel { address: Address, request_id: String },
}

/// What there is to call.
pub(crate) fn definitions(settings: &Settings) -> Vec<Definition> {
    let model = json!({
        "type": "string",
        "description": "The model's id, or chain-ID, and behind a slash one of its deployments: production, development, environments/NAME, deployment/ID or regional/NAME",
    });
    let input = json!({ "description": "What the model takes: any JSON" });
    let request_id = json!({ "type": "string", "description": "The id that submit gave" });
    let queue = json!({
        "webhook_endpoint": { "type": "string", "pattern": "^https://", "description": "Where the output is sent" },
        "priority": { "type": "integer", "minimum": 0, "maximum": 2, "description": "0 goes first" },
        "max_time_in_queue_seconds": { "type": "integer", "minimum": 10, "maximum": 259_200 },
        "inference_retry_config": {
            "type": "object",
            "properties": {
                "max_attempts": { "type": "integer", "minimum": 0 },
                "initial_delay_ms": { "type": "integer", "minimum": 0 },
                "max_delay_ms": { "type": "integer", "minimum": 0 },
            },
            "additionalProperties": false,
        },
    });
    let define = |name: &str, description: &str, own: &[(&str, &Value)], queued: bool, read_only: bool| {
        let mut properties = Map::from_iter([("model".to_owned(), model.clone())]);
        properties.extend(own.iter().map(|(name, schema)| ((*name).to_owned(), (*schema).clone())));
        if queued {
            properties.extend(queue.as_object().cloned().unwrap_or_default());
        }
        let mut required: Vec<&str> = own.iter().map(|(name, _)| *name).collect();
        if settings.model.is_none() {
            required.insert(0, "model");
        }
        let parameters = json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        });
        Definition {
            name: name.to_owned(),
            description: description.to_owned(),
            parameters: parameters.to_string(),
            returns: None,
            read_only,
        }
    };
    vec![
        define(
            "predict",
            "Asks a deployed model and waits for its answer",
            &[("input", &input)],
            false,
            false,
        ),
        define(
            "submit",
            "Queues a request to a deployed model; its output goes to the webhook, and the request's id comes back",
            &[("input", &input)],
            true,
            false,
        ),
        define(
            "status",
            "Tells how far a queued request is, and whether its output was delivered",
            &[("request_id", &request_id)],
            false,
            true,
        ),
        define(
            "cancel",
            "Takes a request out of the queue that isn't running yet",
            &[("request_id", &request_id)],
            false,
            false,
        ),
    ]
}

/// A call from its name and arguments.
pub(crate) fn parse(name: &str, arguments: &str, settings: &Settings) -> Result<Call, Error> {
    let mut arguments = parse_object("arguments", arguments)?;
    let model = match arguments.remove("model") {
        Some(model) => text("model", model)?,
        None => settings.model.clone().ok_or_else(|| missing("model"))?,
    };
    let address = Address::parse(&model, &settings.target)?;
    let mut take = |name: &str| arguments.remove(name).ok_or_else(|| missing(name));
    let call = match name {
        "predict" => Call::Predict { address, input: take("input")? },
        "submit" => {
            let input = take("input")?;
            let mut queue = settings.queue.clone();
            queue.take(&mut arguments);
            Call::Submit { address, input, queue }
        }
        "status" => Call::Status { address, request_id: text("request_id", take("request_id")?)? },
        "cancel" => Call::Cancel { address, request_id: text("request_id", take("request_id")?)? },
        other => {
            return Err(Error::invalid_request(format!(
                "there is no tool `{other}`: there are predict, submit, status and cancel"
            )));
        }
    };
    match arguments.keys().next() {
        Some(unknown) => {
            Err(Error::invalid_request(format!("the tool `{name}` has no argument `{unknown}`")))
        }
        None => Ok(call),
    }
}

fn text(name: &str, value: Value) -> Result<String, Error> {
    match value {
        Value::String(text) if !text.is_empty() => Ok(text),
        Value::String(_) => Err(Error::invalid_request(format!("the argument `{name}` is empty"))),
        other => Err(Error::invalid_request(format!(
            "the argument `{name}` must be a string, but it is {}",
            kind(&other)
        ))),
    }
}

fn missing(name: &str) -> Error {
    Error::invalid_request(format!("the argument `{name}` is missing"))
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::types::ErrorKind;

    use super::*;
    use crate::address::Action;
    use crate::settings::tests::settings;

    #[test]
    fn arguments_become_a_call() {
        let Call::Predict { address, input } =
            parse("predict", r#"{"model":"ab12/development","input":{"x":[1]}}"#, &settings()).unwrap()
        else {
            panic!("another call");
        };
        assert_eq!(input, json!({ "x": [1] }));
        assert!(address.url(Action::Predict, &settings()).ends_with("/development/predict"));
        let submit =
            parse("submit", r#"{"model":"a","input":1,"webhook_endpoint":"https://a.example"}"#, &settings());
        let Ok(Call::Submit { queue, .. }) = submit else { panic!("{submit:?}") };
        assert_eq!(queue.webhook, Some(json!("https://a.example")));
        for (name, read_only) in [("status", true), ("cancel", false)] {
            parse(name, r#"{"model":"a","request_id":"r"}"#, &settings()).unwrap();
            let definitions = definitions(&settings());
            let definition = definitions.iter().find(|definition| definition.name == name).unwrap();
            assert_eq!(definition.read_only, read_only);
        }
    }

    #[test]
    fn the_usual_model_needs_no_name() {
        let usual = Settings { model: Some("cd34".to_owned()), ..settings() };
        let call = parse("predict", r#"{"input":null}"#, &usual).unwrap();
        assert!(
            matches!(call, Call::Predict { address, .. } if address.url(Action::Predict, &usual).contains("model-cd34"))
        );
        let required = |settings: &Settings| {
            let schema: Value = serde_json::from_str(&definitions(settings)[0].parameters).unwrap();
            schema["required"].clone()
        };
        assert_eq!((required(&usual), required(&settings())), (json!(["input"]), json!(["model", "input"])));
    }

    #[test]
    fn arguments_that_do_not_fit_are_named() {
        for (name, arguments, word) in [
            ("predict", "{}", "`model` is missing"),
            ("predict", r#"{"model":"a"}"#, "`input` is missing"),
            ("predict", r#"{"model":"a","input":1,"priority":1}"#, "no argument `priority`"),
            ("predict", r#"{"model":7,"input":1}"#, "must be a string, but it is a number"),
            ("predict", r#"{"model":"a.b","input":1}"#, "isn't the name of a deployment"),
            ("status", r#"{"model":"a","request_id":""}"#, "`request_id` is empty"),
            ("delete", r#"{"model":"a"}"#, "no tool `delete`"),
        ] {
            let error = parse(name, arguments, &settings()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidRequest);
            assert!(error.message.contains(word), "{}", error.message);
        }
    }
}
