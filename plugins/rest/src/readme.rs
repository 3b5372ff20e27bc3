//! The README's examples, run.

use serde_json::{Value, json};

use crate::api::Api;
use crate::request::Request;
use crate::settings::Settings;

const README: &str = include_str!("../README.md");

/// The blocks of this language that have this text in them.
fn block(language: &str, part: &str) -> String {
    let fence = format!("```{language}\n");
    let blocks = README.split(&fence).skip(1).filter_map(|block| block.split("```").next());
    blocks.into_iter().find(|block| block.contains(part)).unwrap_or_else(|| panic!("{part}")).to_owned()
}

/// The settings that a provider of the README has, with these texts for its files.
fn settings(provider: &str, description: Option<String>, openapi: Option<String>) -> Settings {
    let file: toml::Table = block("toml", &format!("[providers.{provider}]")).parse().unwrap();
    let config = file["providers"][provider]["config"].as_table().unwrap();
    let list = |name: &str| {
        let list = config.get(name).and_then(|list| list.as_array()).cloned().unwrap_or_default();
        list.iter().map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let values = list("values");
    let values = values.iter().map(|value| value.split_once('=').unwrap());
    Settings {
        base_url: Some(config["base-url"].as_str().unwrap().to_owned()),
        description,
        openapi,
        include: list("include"),
        exclude: list("exclude"),
        values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ..Settings::default()
    }
}

fn request(api: &Api, name: &str, arguments: Value) -> Request {
    let tool = api.tools.iter().find(|tool| tool.name == name).unwrap();
    Request::of(tool, &api.base_url, &tool.arguments(arguments).unwrap()).unwrap()
}

#[test]
fn the_description_of_the_readme_makes_its_requests() {
    let api = Api::read(&settings("weather", Some(block("toml", "[tools.forecast]")), None)).unwrap();
    let find = request(&api, "find-places", json!({"name": "Oslo", "countries": ["NO", "SE"]}));
    assert_eq!(find.url(), "https://api.weather.example/v1/places?country=NO&country=SE&q=Oslo");
    let forecast = request(&api, "forecast", json!({"place": 7}));
    assert_eq!(forecast.url(), "https://api.weather.example/v1/places/7/hours?limit=24&units=metric");
    let report =
        request(&api, "report", json!({"place": 7, "sky": "rain", "more": {"note": "wet", "source": "x"}}));
    let body: Value = serde_json::from_slice(&report.payload.unwrap().bytes().1).unwrap();
    assert_eq!(body, json!({"source": "my-app", "seen": {"place": 7, "sky": "rain"}, "note": "wet"}));
}

#[test]
fn the_document_of_the_readme_becomes_its_tools() {
    let document = block("yaml", "listOrders");
    let api = Api::read(&settings("shop", None, Some(document.clone()))).unwrap();
    let names: Vec<&str> = api.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["listOrders"]);
    let beside = block("toml", "operation = \"listOrders\"");
    let api = Api::read(&settings("shop", Some(beside), Some(document))).unwrap();
    let orders = api.tools.iter().find(|tool| tool.name == "orders").unwrap();
    assert!(orders.pages.is_some());
    assert_eq!(
        request(&api, "orders", json!({"status": "open"})).url(),
        "https://shop.example/api/orders?status=open"
    );
    assert!(orders.arguments(json!({"status": "lost"})).is_err());
}

#[test]
fn the_readme_names_every_way_to_authenticate_and_every_value() {
    let manifest: toml::Table = include_str!("../plugin.toml").parse().unwrap();
    let words =
        manifest["config"]["auth"]["values"].as_array().unwrap().iter().filter_map(|word| word.as_str());
    for word in words.filter(|word| *word != "none") {
        assert!(README.contains(&format!("`{word}`")), "{word}");
    }
}
