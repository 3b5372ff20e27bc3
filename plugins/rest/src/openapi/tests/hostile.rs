//! Documents that are wrong, endless or made up.

use serde_json::{Value, json};

use super::{PETS, api, names, request, settings};
use crate::api::Api;
use crate::chance::Chance;
use crate::request::Request;
use crate::settings::Settings;

#[test]
fn documents_that_cant_be_read_say_why() {
    let with = |change: &str| format!("openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n{change}");
    for (document, part) in [
        ("swagger: '2.0'\npaths: {}".to_owned(), "config.openapi: swagger: this is Swagger 2.0"),
        ("openapi: 4.0.0\npaths: {}".to_owned(), "config.openapi: openapi: this isn't an OpenAPI document"),
        ("{}".to_owned(), "openapi: this isn't an OpenAPI document"),
        ("just text".to_owned(), "openapi: this isn't an OpenAPI document"),
        ("a: [".to_owned(), "config.openapi: this isn't YAML"),
        ("{\"openapi\": ".to_owned(), "config.openapi: this isn't JSON"),
        (with(""), "paths: the document has no paths"),
        (with("paths: {}"), "no operation became a tool"),
        (with("paths: {/x: 1}"), "paths./x: this isn't an object"),
        (with("paths: {/x: {get: 1}}"), "paths./x.get: this isn't an object"),
        (with("paths: {/x: {$ref: 'other.yaml#/x'}}"), "paths./x: `other.yaml#/x` is in another document"),
        (with("paths: {/x: {$ref: '#/paths/~1x'}}"), "go round in circles"),
        (
            with("paths: {/x: {get: {parameters: [{$ref: '#/no'}]}}}"),
            "no operation became a tool; get/x: there is nothing at `#/no`",
        ),
        (with("paths: {'/x/{a}': {get: {}}}"), "its path parameter `a` isn't declared"),
        (with("paths: {/x: {get: {parameters: [{name: a, in: body}]}}}"), "its parameter `a` is in body"),
        (with("paths: {/x: {get: {parameters: [{in: query}]}}}"), "one of its parameters has no name"),
        (
            with("paths: {'/x/{a}': {get: {parameters: [{name: a, in: path, style: matrix}]}}}"),
            "has the style matrix",
        ),
        (with("paths: {/../x: {get: {}}}"), "relative segment"),
        (
            with("paths: {/x: {get: {parameters: [{name: a, in: query, schema: {type: strin}}]}}}"),
            "isn't a type",
        ),
    ] {
        let error = Api::read(&settings(&document)).map(|api| format!("{:?}", names(&api))).unwrap_err();
        assert!(error.message.contains(part), "{document}: {}", error.message);
    }
}

#[test]
fn a_schema_without_end_has_one() {
    let mut schemas = String::new();
    for level in 0..40 {
        let next = format!("{{$ref: '#/components/schemas/S{}'}}", level + 1);
        schemas.push_str(&format!(
            "    S{level}: {{type: object, properties: {{a: {next}, b: {next}, c: {next}}}}}\n"
        ));
    }
    schemas.push_str("    S40: {type: string}\n");
    let document = format!(
        "openapi: 3.0.3\npaths:\n  /x:\n    post:\n      requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/S0'}}}}}}}}\ncomponents:\n  schemas:\n{schemas}"
    );
    let api = api(&document);
    assert!(api.definitions()[0].parameters.len() < 400_000);
    assert!(request(&api, "post_x", json!({"body": {"a": {"b": 1}}})).is_err());
}

#[test]
fn no_document_brings_it_down() {
    let whole: Value = crate::text::openapi(PETS).unwrap();
    let words = [
        "",
        "/x",
        "/{petId}",
        "#/components/schemas/Pet",
        "#",
        "$ref",
        "get",
        "post",
        "parameters",
        "in",
        "query",
        "path",
        "header",
        "cookie",
        "name",
        "schema",
        "type",
        "object",
        "array",
        "required",
        "properties",
        "items",
        "allOf",
        "oneOf",
        "nullable",
        "requestBody",
        "content",
        "application/json",
        "responses",
        "200",
        "style",
        "deepObject",
        "explode",
        "tags",
    ];
    let mut chance = Chance::new(5);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..5_000 {
        let mut changed = whole.clone();
        for _ in 0..=chance.below(6) {
            chance.change(&mut changed, &words);
        }
        match Api::read(&Settings { check_responses: chance.below(2) == 0, ..settings(&changed.to_string()) })
        {
            Err(_) => bad += 1,
            Ok(api) => {
                good += 1;
                for tool in &api.tools {
                    if let Ok(arguments) = tool.arguments(chance.json(&words, 2)) {
                        let _ = Request::of(tool, &api.base_url, &arguments);
                    }
                }
            }
        }
    }
    assert!(good > 500 && bad > 50, "{good} good, {bad} bad");
}
