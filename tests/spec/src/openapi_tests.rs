use serde_json::{Value, json};

use crate::{Check, OpenApi, SpecError, Unknown};

fn document(schema: Value) -> OpenApi {
    OpenApi::new(
        "here.json",
        json!({
            "paths": { "/a/{id}": { "post": { "requestBody": { "content": { "application/json": {
                "schema": schema,
            } } } } } },
            "components": { "schemas": {
                "Cat": { "type": "object", "required": ["kind"], "properties": {
                    "kind": { "type": "string" }, "lives": { "type": "integer" },
                } },
                "Dog": { "type": "object", "properties": {
                    "kind": { "type": "string" }, "friend": { "$ref": "#/components/schemas/Dog" },
                } },
                "Base": { "type": "object", "properties": { "name": { "type": "string", "nullable": true } } },
            } },
        }),
    )
}

fn check(schema: Value, unknown: Unknown) -> Check {
    document(schema).request("post", "/a/{id}", unknown).unwrap()
}

fn fits(check: &Check, body: Value) -> bool {
    check.flaws(&body).is_empty()
}

#[test]
fn references_are_followed_even_in_a_circle() {
    let dog = check(json!({ "$ref": "#/components/schemas/Dog" }), Unknown::Allowed);
    assert!(fits(&dog, json!({ "friend": { "friend": { "kind": "dog" } } })));
    assert!(!fits(&dog, json!({ "friend": { "friend": { "kind": 7 } } })));
}

#[test]
fn an_unknown_member_is_a_flaw_only_where_asked_at_any_depth() {
    let reference = json!({ "$ref": "#/components/schemas/Dog" });
    let body = json!({ "friend": { "friend": { "knid": "dog" } } });
    assert!(fits(&check(reference.clone(), Unknown::Allowed), body.clone()));
    let strict = check(reference, Unknown::Refused);
    assert!(!fits(&strict, body));
    assert!(fits(&strict, json!({ "friend": { "friend": { "kind": "dog" } } })));
}

#[test]
fn the_parts_of_an_intersection_know_each_others_members() {
    let both = json!({ "allOf": [
        { "$ref": "#/components/schemas/Base" },
        { "type": "object", "properties": { "age": { "type": "integer" } } },
    ] });
    let strict = check(both, Unknown::Refused);
    assert!(fits(&strict, json!({ "name": "a", "age": 3 })));
    assert!(!fits(&strict, json!({ "name": "a", "agge": 3 })));
}

#[test]
fn an_object_described_as_open_stays_open() {
    let open = json!({ "type": "object", "properties": {
        "schema": { "type": "object" },
        "labels": { "type": "object", "additionalProperties": { "type": "string" } },
        "choice": { "anyOf": [{ "$ref": "#/components/schemas/Cat" }, { "type": "object" }] },
    } });
    let strict = check(open, Unknown::Refused);
    assert!(fits(&strict, json!({ "schema": { "x": 1 }, "labels": { "y": "z" }, "choice": { "q": 1 } })));
    assert!(!fits(&strict, json!({ "labels": { "y": 1 } })));
}

#[test]
fn null_is_taken_where_a_word_of_the_older_version_says_so() {
    let base = check(json!({ "$ref": "#/components/schemas/Base" }), Unknown::Refused);
    assert!(fits(&base, json!({ "name": null })));
    let choice = check(json!({ "type": "string", "enum": ["a"], "nullable": true }), Unknown::Allowed);
    assert!(fits(&choice, json!(null)) && fits(&choice, json!("a")) && !fits(&choice, json!("b")));
    let above = json!({ "type": "number", "minimum": 0, "exclusiveMinimum": true });
    let above = check(above, Unknown::Allowed);
    assert!(fits(&above, json!(0.1)) && !fits(&above, json!(0)));
}

#[test]
fn a_discriminator_ties_a_member_to_its_names() {
    let pet = json!({
        "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }],
        "discriminator": { "propertyName": "kind", "mapping": {
            "cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog",
        } },
    });
    let pet = check(pet, Unknown::Refused);
    assert!(fits(&pet, json!({ "kind": "cat", "lives": 7 })));
    assert!(!fits(&pet, json!({ "kind": "dog", "lives": 7 })));
    assert!(!fits(&pet, json!({ "kind": "cow" })));
}

#[test]
fn a_base_type_stands_for_its_kinds_where_a_value_of_it_is_meant() {
    let api = OpenApi::new(
        "here.json",
        json!({
            "components": { "schemas": {
                "List": { "type": "array", "items": { "$ref": "#/components/schemas/Pet" } },
                "Pet": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" } },
                    "discriminator": { "propertyName": "kind", "mapping": { "cat": "#/components/schemas/Cat" } } },
                "Cat": { "type": "object", "properties": { "kind": { "type": "string", "enum": ["cat"] }, "lives": {} },
                    "allOf": [{ "$ref": "#/components/schemas/Pet" }] },
            } },
        }),
    );
    let list = api.schema("List", Unknown::Refused).unwrap();
    assert!(fits(&list, json!([{ "kind": "cat", "lives": 7 }])));
    assert!(!fits(&list, json!([{ "kind": "cat", "live": 7 }])));
    assert!(!fits(&list, json!([{ "kind": "dog" }])));
}

#[test]
fn what_isnt_there_is_told_with_its_place() {
    let error = document(json!({})).request("post", "/b", Unknown::Allowed).unwrap_err();
    assert_eq!(
        error.to_string(),
        "here.json has nothing at /paths/~1b/post/requestBody: look there for how it is called"
    );
    let elsewhere = document(json!({ "$ref": "other.yaml#/A" }));
    let error = elsewhere.request("post", "/a/{id}", Unknown::Allowed).unwrap_err();
    assert!(matches!(error, SpecError::Reference { .. }), "{error}");
}

#[test]
fn a_plain_json_schema_and_swagger_2_are_read_as_well() {
    let schema = json!({ "$defs": { "A": { "type": "integer" } },
        "properties": { "a": { "$ref": "#/$defs/A" } } });
    let whole = OpenApi::new("plain.json", schema).whole(Unknown::Refused).unwrap();
    assert!(fits(&whole, json!({ "a": 1 })) && !fits(&whole, json!({ "a": "1" })));
    let swagger = json!({
        "paths": { "/a": { "post": {
            "parameters": [{ "in": "path" }, { "in": "body", "schema": { "$ref": "#/definitions/A" } }],
            "responses": { "200": { "schema": { "$ref": "#/definitions/A" } } },
        } } },
        "definitions": { "A": { "type": "integer" } },
    });
    let swagger = OpenApi::new("old.json", swagger);
    for check in [
        swagger.request("post", "/a", Unknown::Refused).unwrap(),
        swagger.response("post", "/a", 200, Unknown::Refused).unwrap(),
        swagger.schema("A", Unknown::Refused).unwrap(),
    ] {
        assert!(fits(&check, json!(3)) && !fits(&check, json!("3")));
    }
}

#[test]
fn official_descriptions_can_be_used() {
    for (file, method, path) in [
        ("openai/openapi.yaml", "post", "/chat/completions"),
        ("openai/openapi.yaml", "post", "/responses"),
        ("mistral/openapi.yaml", "post", "/v1/chat/completions"),
        ("together/openapi.yaml", "post", "/rerank"),
        ("azure/AzureOpenAI.json", "post", "/deployments/{deployment-id}/chat/completions"),
        ("azure/AzureAIModelInference.json", "post", "/chat/completions"),
        ("ollama/openapi.yaml", "post", "/api/chat"),
        ("huggingface/tei-openapi.json", "post", "/rerank"),
    ] {
        let Some(api) = OpenApi::load(file) else { continue };
        let check = api.request(method, path, Unknown::Refused).unwrap_or_else(|error| panic!("{error}"));
        assert!(!check.flaws(&json!({ "zzz": 1 })).is_empty(), "{file} {path} takes anything");
    }
}
