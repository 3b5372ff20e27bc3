//! Descriptions that are right, and a table of those that aren't.

mod wrong;

use jackfield_sdk::tool::Definition;
use serde_json::{Value, json};

use super::{Context, read};
use crate::api::Api;
use crate::chance::Chance;
use crate::settings::{Auth, Settings};
use crate::text;
use crate::tool::Tool;

/// The tool that these lines below `[tools.t]` describe.
pub(crate) fn tool(lines: &str) -> Tool {
    tools(&format!("[tools.t]\n{lines}")).unwrap_or_else(|flaws| panic!("{flaws}")).remove(0)
}

fn tools(text: &str) -> Result<Vec<Tool>, String> {
    let values = [("region".to_owned(), "eu".to_owned())].into();
    let operation = |_: &str| Err("there is none".to_owned());
    let context =
        Context { values: &values, headers: &[("x-all".to_owned(), "1".to_owned())], operation: &operation };
    let (described, flaws) = read(&text::description(text)?, &context);
    if flaws.is_empty() {
        return Ok(described.into_iter().map(|described| described.tool).collect());
    }
    Err(flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

pub(crate) fn settings(description: &str) -> Settings {
    Settings {
        base_url: Some("https://api.example.com/v1".to_owned()),
        description: Some(description.to_owned()),
        ..Settings::default()
    }
}

#[test]
fn a_model_is_shown_what_the_description_says() {
    let text = r#"
        [tools.find-cities]
        description = " Finds cities. "
        path = "/{config.region}/cities"
        query = { q = "{q}", limit = "{limit}" }
        parameters.q = { type = "string", description = "Part of the name", required = true, minLength = 2 }
        parameters.limit = { type = "integer", default = 10, maximum = 50 }
        response.schema = { type = "array" }

        [tools.note]
        description = "Writes a note"
        method = "POST"
        path = "/notes"
        body = { filter = "{filter}" }
        parameters.filter = { required = true, schema = { type = "object", required = ["a"] } }
    "#;
    let values = [("region".to_owned(), "eu".to_owned())].into();
    let api = Api::read(&Settings { values, ..settings(text) }).unwrap();
    let [find, note] = &api.definitions()[..] else { panic!("two tools") };
    let Definition { name, description, parameters, returns, read_only } = find;
    assert_eq!((name.as_str(), description.as_str(), *read_only), ("find-cities", "Finds cities.", true));
    assert_eq!(returns.as_deref(), Some(r#"{"type":"array"}"#));
    assert_eq!(
        serde_json::from_str::<Value>(parameters).unwrap(),
        json!({
            "type": "object",
            "properties": {
                "q": {"type": "string", "description": "Part of the name", "minLength": 2},
                "limit": {"type": "integer", "default": 10, "maximum": 50},
            },
            "required": ["q"],
            "additionalProperties": false,
        })
    );
    assert!(!note.read_only && note.returns.is_none());
    assert!(note.parameters.contains(r#""required":["a"]"#), "{}", note.parameters);
    let message = api.tools[1].arguments(json!({"filter": {}})).unwrap_err();
    assert!(message.contains("/filter lacks the member `a`"), "{message}");
    let message = api.tools[0].arguments(json!({"q": "x", "limit": 51, "other": 1})).unwrap_err();
    for part in
        ["find-cities", "/q must have at least 2", "/limit must be at most 50", "/other isn't allowed"]
    {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(api.tools[0].arguments(json!({"q": "xy"})).unwrap()["limit"], 10);
}

#[test]
fn json_does_as_well_as_toml() {
    let text = r#" {"tools": {"t": {"description": "d", "path": "/x"}}} "#;
    assert_eq!(tools(text).unwrap()[0].name, "t");
    assert!(tools("{\"tools\": ").unwrap_err().contains("isn't JSON"));
}

#[test]
fn defaults_hold_where_a_tool_has_nothing_of_its_own() {
    let text = r#"
        [defaults]
        headers = { x-a = "1", x-b = "1" }
        query = { units = "metric", lang = "en" }
        timeout-ms = 5000
        error.message = "/problem"
        retry = { attempts = 5 }
        [tools.read]
        description = "d"
        path = "/x"
        headers.x-b = "2"
        query.lang = "de"
        retry.attempts = 2
        [tools.write]
        description = "d"
        method = "POST"
        path = "/x"
        timeout-ms = 1
    "#;
    let tools = tools(text).unwrap();
    let [read, write] = &tools[..] else { panic!("two tools") };
    let request = |tool: &Tool| crate::request::Request::of(tool, "https://a", &Default::default()).unwrap();
    assert_eq!(request(read).url(), "https://a/x?units=metric&lang=de");
    let headers = [("x-all", "1"), ("x-a", "1"), ("x-b", "2")];
    assert_eq!(request(read).headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!((read.timeout_ms, write.timeout_ms), (Some(5000), Some(1)));
    assert_eq!(read.failure.message.as_ref().unwrap().to_string(), "/problem");
    assert_eq!((read.retry.attempts, write.retry.attempts), (2, 1), "what writes isn't repeated unasked");
}

#[test]
fn the_operators_own_values_are_checked_too() {
    let one = "[tools.t]\ndescription = 'd'\npath = '/x'\nquery.api_key = '1'";
    for (settings, part) in [
        (Settings::default(), "config.description: there is nothing to make tools of"),
        (
            Settings { base_url: None, ..settings(one) },
            "write config.base-url = \"https://api.example.com/v1\"",
        ),
        (
            Settings { headers: vec!["authorization: x".to_owned()], ..settings(one) },
            "config.headers: `authorization` is the host's",
        ),
        (
            Settings { headers: vec!["x".to_owned()], ..settings(one) },
            "config.headers: `x` isn't `name: value`",
        ),
        (
            Settings { headers: vec!["x: a\r\nb: c".to_owned()], ..settings(one) },
            "config.headers: the value of `x`",
        ),
        (
            Settings { include: vec!["x".to_owned()], ..settings(one) },
            "config.include: there is no config.openapi",
        ),
        (
            Settings { auth: Auth::Scheme("query-api-key".to_owned()), ..settings(one) },
            "config.auth: tools.t: the parameter `api_key` is the host's to write",
        ),
        (settings("[tools"), "config.description: this isn't TOML: line 1"),
    ] {
        let error = Api::read(&settings).unwrap_err();
        assert!(error.message.contains(part), "{part}: {}", error.message);
        assert!(!error.sent);
    }
}

#[test]
fn no_description_brings_it_down() {
    let whole = text::description(include_str!("tests/whole.toml")).unwrap();
    let words = [
        "",
        "/",
        "/{a}",
        "{a}",
        "{config.x}",
        "...",
        "GET",
        "POST",
        "string",
        "object",
        "/data",
        "cursor",
        "link",
        "page",
        "offset",
        "tools",
        "parameters",
        "a",
        "type",
        "required",
        "schema",
        "properties",
        "$ref",
        "#",
        "items",
        "pages",
        "response",
        "error",
        "retry",
        "5xx",
        "body",
        "form",
        "query",
        "default",
        "pattern",
        "(",
        "style",
        "deep",
        "next",
    ];
    let mut chance = Chance::new(11);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..20_000 {
        let mut changed = whole.clone();
        for _ in 0..=chance.below(4) {
            chance.change(&mut changed, &words);
        }
        match Api::read(&settings(&changed.to_string())) {
            Err(_) => bad += 1,
            Ok(api) => {
                good += 1;
                for tool in &api.tools {
                    if let Ok(arguments) = tool.arguments(chance.json(&words, 3)) {
                        let _ = crate::request::Request::of(tool, &api.base_url, &arguments);
                    }
                }
            }
        }
    }
    assert!(good > 500 && bad > 500, "{good} good, {bad} bad");
}
