use serde_json::json;

use super::sample;

#[test]
fn an_object_has_a_value_of_the_right_type_for_each_property() {
    let schema = json!({
        "type": "object",
        "properties": {
            "city": { "type": "string" },
            "days": { "type": "integer", "minimum": 3 },
            "unit": { "enum": ["celsius", "kelvin"] },
            "exact": { "type": "boolean" },
            "share": { "type": "number", "maximum": 0.5 },
            "tags": { "type": "array", "items": { "type": "string", "maxLength": 3 }, "minItems": 2 },
            "kind": { "const": "weather" },
            "maybe": { "type": ["string", "null"] },
        },
        "required": ["city"],
    });
    let expected = json!({
        "city": "sample", "days": 3, "unit": "celsius", "exact": true, "share": 0.5, "tags": ["sam", "sam"],
        "kind": "weather", "maybe": "sample",
    });
    assert_eq!(sample(&schema), expected);
}

#[test]
fn references_and_alternatives_are_followed() {
    let schema = json!({
        "$defs": { "name": { "type": "string" } },
        "allOf": [
            { "properties": { "a": { "type": "integer" } } },
            { "properties": { "b": { "anyOf": [{ "$ref": "#/$defs/name" }, { "type": "null" }] } } },
        ],
    });
    assert_eq!(sample(&schema), json!({ "a": 1, "b": "sample" }));
    let lost = json!({ "properties": { "who": { "$ref": "#/$defs/name" } } });
    assert_eq!(sample(&lost), json!({ "who": null }), "a reference to nothing");
}

#[test]
fn a_schema_that_refers_to_itself_comes_to_an_end() {
    let tree = json!({
        "type": "object",
        "properties": { "children": { "type": "array", "items": { "$ref": "#" } }, "next": { "$ref": "#" } },
    });
    assert!(sample(&tree).is_object());
    assert!(sample(&json!({ "$ref": "#" })).is_null());
    let wide = json!({ "type": "array", "minItems": 16, "items": { "$ref": "#" } });
    assert!(sample(&wide).is_array());
    assert!(sample(&json!({ "type": "array", "minItems": 1, "items": { "$ref": "#" } })).is_array());
}

#[test]
fn what_is_no_schema_gives_null() {
    for schema in [json!(null), json!(7), json!("object"), json!({}), json!({ "type": "unheard-of" })] {
        assert!(sample(&schema).is_null());
    }
}
