//! Values that follow schemas and values that don't; and the whole of it against
//! a library that knows all of JSON Schema.

use serde_json::{Value, json};

use super::{Schema, Unknown, told};

fn compile(schema: &Value) -> Schema {
    Schema::compile(schema, "s", Unknown::Refuse).unwrap_or_else(|flaw| panic!("{flaw}"))
}

/// Schema, a value that follows it, one that doesn't, and what is said of it.
fn cases() -> Vec<(Value, Value, Value, &'static str)> {
    vec![
        (json!({"type": "string"}), json!("x"), json!(1), "must be a string, but is 1"),
        (json!({"type": "integer"}), json!(2.0), json!(2.5), "must be a whole number, but is 2.5"),
        (
            json!({"type": ["string", "null"]}),
            json!(null),
            json!([]),
            "must be null or a string, but is an array",
        ),
        (json!({"enum": ["a", 1]}), json!(1.0), json!("b"), "must be one of \"a\", 1, but is \"b\""),
        (json!({"const": {"a": 1}}), json!({"a": 1.0}), json!({"a": 2}), "must be {\"a\":1}"),
        (json!({"minimum": 1, "maximum": 3}), json!(3), json!(4), "must be at most 3, but is 4"),
        (json!({"minimum": 1}), json!("not a number"), json!(0.5), "at least 1"),
        (json!({"exclusiveMinimum": 0}), json!(1), json!(0), "more than 0"),
        (json!({"exclusiveMaximum": 1}), json!(0.5), json!(1), "less than 1"),
        (
            json!({"maximum": 9007199254740992u64}),
            json!(9007199254740992u64),
            json!(9007199254740993u64),
            "at most",
        ),
        (json!({"multipleOf": 0.1}), json!(0.3), json!(0.35), "multiple of 0.1"),
        (json!({"minLength": 2}), json!("äö"), json!("ä"), "at least 2 characters, but has 1"),
        (json!({"maxLength": 1}), json!("ä"), json!("ab"), "at most 1"),
        (json!({"pattern": "^a+$"}), json!("aa"), json!("ab"), "must match `^a+$`, but is \"ab\""),
        (json!({"minItems": 1}), json!([1]), json!([]), "at least 1 elements"),
        (json!({"maxItems": 1}), json!([1]), json!([1, 2]), "at most 1 elements"),
        (json!({"uniqueItems": true}), json!([1, 2]), json!([1, [2], [2]]), "twice"),
        (json!({"items": {"type": "integer"}}), json!([1]), json!([1, "x"]), "/1 must be a whole number"),
        (
            json!({"prefixItems": [{"type": "string"}], "items": false}),
            json!(["a"]),
            json!(["a", 1]),
            "/1 isn't allowed",
        ),
        (json!({"contains": {"const": 1}}), json!([2, 1]), json!([2]), "lacks an element"),
        (json!({"minProperties": 1}), json!({"a": 1}), json!({}), "at least 1 members"),
        (json!({"maxProperties": 1}), json!({"a": 1}), json!({"a": 1, "b": 2}), "at most 1 members"),
        (json!({"required": ["a"]}), json!({"a": null}), json!({"b": 1}), "lacks the member `a`"),
        (
            json!({"dependentRequired": {"a": ["b"]}}),
            json!({"b": 1}),
            json!({"a": 1}),
            "has `a` and lacks the member `b`",
        ),
        (
            json!({"propertyNames": {"maxLength": 1}}),
            json!({"a": 1}),
            json!({"ab": 1}),
            "/ab must have at most 1",
        ),
        (json!({"properties": {"a": {"type": "null"}}}), json!({"b": 1}), json!({"a": 1}), "/a must be null"),
        (
            json!({"properties": {"a": {}}, "patternProperties": {"^x": {}}, "additionalProperties": false}),
            json!({"a": 1, "xy": 1}),
            json!({"b/c": 1}),
            "/b~1c isn't allowed here",
        ),
        (
            json!({"additionalProperties": {"type": "string"}}),
            json!({"a": ""}),
            json!({"a": 1}),
            "/a must be a string",
        ),
        (json!({"allOf": [{"minimum": 1}, {"maximum": 2}]}), json!(2), json!(3), "at most 2"),
        (
            json!({"anyOf": [{"type": "string"}, {"minimum": 5}]}),
            json!(5),
            json!(1),
            "fits none of 2 forms; of the first, must be a string",
        ),
        (json!({"oneOf": [{"type": "integer"}, {"minimum": 5}]}), json!(1), json!(6), "fits 2 of the forms"),
        (json!({"not": {"type": "string"}}), json!(1), json!("x"), "mustn't have"),
        (
            json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}),
            json!({"a": 1, "b": 1}),
            json!({"d": 1}),
            "lacks the member `c`",
        ),
        (
            json!({"$ref": "#/$defs/tree", "$defs": {"tree": {"properties": {"kids": {"items": {"$ref": "#/$defs/tree"}}, "n": {"type": "integer"}}}}}),
            json!({"kids": [{"kids": []}]}),
            json!({"kids": [{"kids": [{"n": "x"}]}]}),
            "/kids/0/kids/0/n must be a whole number",
        ),
        (json!(true), json!(1), json!(null), ""),
    ]
}

#[test]
fn each_keyword_is_enforced_and_says_what_it_wants() {
    for (schema, good, bad, message) in cases() {
        let compiled = compile(&schema);
        assert_eq!(told(&compiled.check(&good)), "", "{schema} {good}");
        let said = told(&compiled.check(&bad));
        assert!(said.contains(message), "{schema} {bad}: {said}");
        assert_eq!(said.is_empty(), message.is_empty(), "{schema} {bad}");
    }
}

#[test]
fn the_judgement_is_that_of_a_library_that_knows_all_of_it() {
    let values: Vec<Value> = cases().into_iter().flat_map(|(_, good, bad, _)| [good, bad]).collect();
    for (schema, ..) in cases() {
        let (own, other) = (compile(&schema), jsonschema::validator_for(&schema).unwrap());
        for value in &values {
            assert_eq!(own.check(value).is_empty(), other.is_valid(value), "{schema} {value}");
        }
    }
}

#[test]
fn what_cant_be_checked_is_a_flaw_with_its_place() {
    for (schema, part) in [
        (json!({"typ": "string"}), "s.typ: this keyword isn't checked here"),
        (json!({"unevaluatedProperties": false}), "s.unevaluatedProperties"),
        (json!({"properties": {"a": {"nullable": true}}}), "s.properties.a.nullable: this is OpenAPI 3.0"),
        (json!({"type": "text"}), "s.type: \"text\" isn't a type: write one of null, boolean"),
        (json!({"type": []}), "s.type"),
        (json!({"pattern": "(?=a)"}), "s.pattern"),
        (json!({"pattern": 1}), "s.pattern: write a string"),
        (json!({"minimum": "1"}), "s.minimum: write a number"),
        (json!({"minLength": -1}), "s.minLength: write a whole number"),
        (json!({"multipleOf": 0}), "s.multipleOf: write a number above 0"),
        (json!({"items": [{}]}), "s.items: a list of schemas is written as prefixItems"),
        (json!({"items": 1}), "s.items: a schema is a table"),
        (json!({"required": true}), "s.required: write a list"),
        (json!({"required": [1]}), "s.required: write a string"),
        (json!({"anyOf": []}), "s.anyOf: the list is empty"),
        (json!({"properties": []}), "s.properties: write a table"),
        (json!({"uniqueItems": 1}), "s.uniqueItems: write true or false"),
        (json!({"$ref": "https://example.com/s"}), "in another document"),
        (json!({"$ref": "#/nowhere"}), "nothing at `#/nowhere`"),
        (json!("string"), "s: a schema is a table"),
    ] {
        let flaw = Schema::compile(&schema, "s", Unknown::Refuse).unwrap_err().to_string();
        assert!(flaw.contains(part), "{schema}: {flaw}");
    }
    let of_others =
        json!({"unevaluatedProperties": false, "pattern": "(?=a)", "discriminator": {}, "type": "string"});
    let schema = Schema::compile(&of_others, "s", Unknown::Ignore).unwrap();
    assert!(schema.check(&json!("x")).is_empty() && !schema.check(&json!(1)).is_empty());
}

#[test]
fn a_schema_that_goes_round_in_circles_has_an_end() {
    for schema in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}, {"$ref": "#"}]}),
        json!({"anyOf": [{"$ref": "#"}, {"$ref": "#"}, {"$ref": "#"}]}),
    ] {
        let said = told(&compile(&schema).check(&json!(1)));
        assert!(said.contains("too many steps"), "{schema}: {said}");
    }
}

#[test]
fn only_the_first_few_violations_are_told() {
    let schema = compile(&json!({"items": {"type": "string"}}));
    assert_eq!(schema.check(&json!(vec![1; 1000])).len(), 5);
}
