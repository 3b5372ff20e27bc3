//! The tool's arguments, and the body of `POST /query-data` that they become.
//! What a model got wrong in them is told to the model, which can do better.
//!
//! <https://docs.agentql.com/rest-api/api-reference>

use jackfield_sdk::json::{kind, parse_object};
use jackfield_sdk::tool::Definition;
use jackfield_sdk::types::Error;
use serde_json::{Map, Value, json};

use crate::settings::{MODES, PROFILES, Settings};

/// The tool's name.
pub(crate) const NAME: &str = "extract_web_data";

/// What the tool is.
pub(crate) fn definition(settings: &Settings) -> Definition {
    let mut profile = json!({
        "type": "string", "enum": PROFILES,
        "description": "The browser that reads the page: stealth passes more checks for bots",
    });
    if let Some(usual) = settings.browser_profile {
        profile["default"] = usual.into();
    }
    let parameters = json!({
        "type": "object",
        "properties": {
            "url": { "type": "string", "description": "Address of the public web page" },
            "html": { "type": "string", "description": "The page itself, in place of its address" },
            "query": {
                "type": "string",
                "description": "What to find, as an AgentQL query in curly braces, such as { products[] { name price(integer) } }",
            },
            "prompt": {
                "type": "string",
                "description": "What to find, described in words; in place of a query",
            },
            "wait_for": {
                "type": "number", "minimum": 0, "default": settings.wait_for,
                "description": "Seconds to wait for the page before it is read",
            },
            "is_scroll_to_bottom_enabled": {
                "type": "boolean", "default": settings.scroll_to_bottom,
                "description": "Whether to scroll to the bottom of the page first",
            },
            "mode": {
                "type": "string", "enum": MODES, "default": settings.mode,
                "description": "standard reads more thoroughly, fast is enough for most pages",
            },
            "is_screenshot_enabled": {
                "type": "boolean", "default": settings.screenshot,
                "description": "Whether a picture of the page comes with its data",
            },
            "browser_profile": profile,
            "experimental_stealth_mode_enabled": {
                "type": "boolean", "default": settings.stealth_mode,
                "description": "Whether to try to pass for a person; slower",
            },
        },
        "allOf": [
            { "oneOf": [{ "required": ["url"] }, { "required": ["html"] }] },
            { "oneOf": [{ "required": ["query"] }, { "required": ["prompt"] }] },
        ],
        "additionalProperties": false,
    });
    Definition {
        name: NAME.to_owned(),
        description:
            "Reads a web page and returns the data that is asked for as JSON, in the shape of the query"
                .to_owned(),
        parameters: parameters.to_string(),
        returns: None,
        read_only: true,
    }
}

/// The body of a call. What is wrong with its arguments comes back inside, for
/// the model.
pub(crate) fn body(arguments: &str, settings: &Settings) -> Result<Result<Value, String>, Error> {
    Ok(read(parse_object("arguments", arguments)?, settings))
}

fn read(arguments: Map<String, Value>, settings: &Settings) -> Result<Value, String> {
    // A model that leaves an argument out may write null.
    let mut given: Map<String, Value> = arguments.into_iter().filter(|(_, value)| !value.is_null()).collect();
    let mut body = Map::new();
    for (one, other) in [("url", "html"), ("query", "prompt")] {
        let name = match (given.contains_key(one), given.contains_key(other)) {
            (true, false) => one,
            (false, true) => other,
            (true, true) => return Err(format!("`{one}` and `{other}` exclude each other: keep one")),
            (false, false) => return Err(format!("`{one}` is missing: write it, or `{other}`")),
        };
        let text = given.remove(name).unwrap_or_default();
        match text.as_str() {
            Some(said) if !said.trim().is_empty() => body.insert(name.to_owned(), text),
            Some(_) => return Err(format!("`{name}` is empty")),
            None => return Err(format!("`{name}` must be a string, but it is {}", kind(&text))),
        };
    }
    let mut take =
        |name: &str, usual: Value, fits: fn(&Value) -> bool, expected: &str| match given.remove(name) {
            None => Ok(usual),
            Some(value) if fits(&value) => Ok(value),
            Some(value) => Err(format!("`{name}` is {value}, but must be {expected}")),
        };
    let is_seconds = |value: &Value| value.as_f64().is_some_and(|seconds| seconds >= 0.0);
    let is_mode = |value: &Value| value.as_str().is_some_and(|word| MODES.contains(&word));
    let is_profile = |value: &Value| value.as_str().is_some_and(|word| PROFILES.contains(&word));
    let truth = "true or false";
    let mut params = json!({
        "wait_for": take("wait_for", settings.wait_for.into(), is_seconds, "a number of seconds, not below zero")?,
        "is_scroll_to_bottom_enabled":
            take("is_scroll_to_bottom_enabled", settings.scroll_to_bottom.into(), Value::is_boolean, truth)?,
        "mode": take("mode", settings.mode.into(), is_mode, "`fast` or `standard`")?,
        "is_screenshot_enabled":
            take("is_screenshot_enabled", settings.screenshot.into(), Value::is_boolean, truth)?,
    });
    let usual = settings.browser_profile.map_or(Value::Null, Value::from);
    let profile = take("browser_profile", usual, is_profile, "`light` or `stealth`")?;
    if !profile.is_null() {
        params["browser_profile"] = profile;
    }
    let stealth =
        take("experimental_stealth_mode_enabled", settings.stealth_mode.into(), Value::is_boolean, truth)?;
    body.insert("params".to_owned(), params);
    body.insert("metadata".to_owned(), json!({ "experimental_stealth_mode_enabled": stealth }));
    match given.keys().next() {
        Some(unknown) => Err(format!("there is no argument `{unknown}`")),
        None => Ok(Value::Object(body)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    fn flaw(arguments: Value) -> String {
        body(&arguments.to_string(), &settings()).unwrap().unwrap_err()
    }

    #[test]
    fn a_call_gets_what_the_provider_says_where_it_says_nothing() {
        let settings =
            Settings { wait_for: 1.5, mode: "standard", browser_profile: Some("light"), ..settings() };
        let body =
            body(r#"{"url":"https://a.example","query":"{ title }","prompt":null}"#, &settings).unwrap();
        assert_eq!(
            body.unwrap(),
            json!({
                "url": "https://a.example",
                "query": "{ title }",
                "params": {
                    "wait_for": 1.5, "is_scroll_to_bottom_enabled": false, "mode": "standard",
                    "is_screenshot_enabled": false, "browser_profile": "light",
                },
                "metadata": { "experimental_stealth_mode_enabled": false },
            })
        );
    }

    #[test]
    fn what_a_call_says_wins() {
        let arguments = json!({
            "html": "<p>", "prompt": "the title", "wait_for": 3, "is_scroll_to_bottom_enabled": true,
            "mode": "standard", "is_screenshot_enabled": true, "browser_profile": "stealth",
            "experimental_stealth_mode_enabled": true,
        });
        assert_eq!(
            body(&arguments.to_string(), &settings()).unwrap().unwrap(),
            json!({
                "html": "<p>",
                "prompt": "the title",
                "params": {
                    "wait_for": 3, "is_scroll_to_bottom_enabled": true, "mode": "standard",
                    "is_screenshot_enabled": true, "browser_profile": "stealth",
                },
                "metadata": { "experimental_stealth_mode_enabled": true },
            })
        );
    }

    #[test]
    fn arguments_that_do_not_fit_are_told_to_the_model() {
        for (arguments, word) in [
            (json!({ "query": "{a}" }), "`url` is missing"),
            (json!({ "url": "u", "html": "h", "query": "{a}" }), "`url` and `html` exclude"),
            (json!({ "url": "u" }), "`query` is missing: write it, or `prompt`"),
            (json!({ "url": "u", "query": "{a}", "prompt": "p" }), "`query` and `prompt` exclude"),
            (json!({ "url": " ", "query": "{a}" }), "`url` is empty"),
            (json!({ "url": 1, "query": "{a}" }), "`url` must be a string, but it is a number"),
            (json!({ "url": "u", "query": "{a}", "wait_for": -1 }), "`wait_for` is -1"),
            (json!({ "url": "u", "query": "{a}", "mode": "slow" }), "`fast` or `standard`"),
            (json!({ "url": "u", "query": "{a}", "is_screenshot_enabled": "yes" }), "true or false"),
            (json!({ "url": "u", "query": "{a}", "browser_profile": "x" }), "`light` or `stealth`"),
            (json!({ "url": "u", "query": "{a}", "timeout": 1 }), "no argument `timeout`"),
        ] {
            let said = flaw(arguments.clone());
            assert!(said.contains(word), "{arguments}: {said}");
        }
        assert!(body("[]", &settings()).is_err());
    }

    #[test]
    fn the_schema_tells_the_defaults_and_each_argument_that_is_read() {
        let settings = Settings { wait_for: 2.0, ..settings() };
        let schema: Value = serde_json::from_str(&definition(&settings).parameters).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(properties["wait_for"]["default"], 2.0);
        assert_eq!(properties["browser_profile"].get("default"), None);
        for (name, property) in properties {
            assert!(property["description"].is_string(), "{name}");
            let mut arguments = json!({ "url": "u", "query": "{a}" });
            if ["html", "prompt"].contains(&name.as_str()) {
                continue;
            }
            arguments[name] = match property["type"].as_str().unwrap() {
                "boolean" => json!(true),
                "number" => json!(1),
                _ => property["enum"].get(0).cloned().unwrap_or(json!("x")),
            };
            body(&arguments.to_string(), &settings).unwrap().unwrap();
        }
    }
}
