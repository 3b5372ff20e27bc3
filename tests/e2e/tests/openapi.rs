//! The gateway's own OpenAPI document beside OpenAI's official one: what both
//! describe must not differ in what a client would notice.
//!
//! `JACKFIELD_SPECS` names the folder that has `openai/openapi.yaml`, else it
//! lies beside the repository; without it there is nothing to compare with, and
//! the test says so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jackfield_e2e::Served;
use serde_json::{Map, Value, json};

/// What a request to OpenAI must have and one to the gateway needn't: a route or
/// a config can say it.
const MAY_BE_LEFT_OUT: [&str; 1] = ["model"];

fn official() -> Option<Value> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    let folder = std::env::var_os("JACKFIELD_SPECS").map_or_else(beside, PathBuf::from);
    let text = std::fs::read_to_string(folder.join("openai/openapi.yaml")).ok()?;
    Some(yaml(&text))
}

/// YAML 1.2, as OpenAPI has it: in older YAML a member `y` is `true`.
fn yaml(text: &str) -> Value {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).expect("YAML")
}

#[test]
fn only_true_and_false_are_truth_values() {
    let read = yaml("x: { type: integer }\ny: { enum: [y, n, on, no, true] }");
    assert_eq!(read, json!({ "x": { "type": "integer" }, "y": { "enum": ["y", "n", "on", "no", true] } }));
}

async fn own() -> Value {
    let served = Served::start("").await;
    let response = served.get("/openapi.json").await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// Keys are for what is routed: a generator of clients has none.
#[tokio::test]
async fn the_document_needs_no_key_and_tells_nothing_of_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "somebodys-key-0123456789").unwrap();
    let config = format!(
        "[server.keys.somebody]\nkey = {{ file = \"{}\" }}\n\
         [server.configs]\nprivate-config = '{{\"retry\":{{\"attempts\":1}}}}'\n",
        key.display()
    );
    let served = Served::start(&config).await;
    assert_eq!(served.get("/v1/models").await.status(), 401, "the gateway asks for keys");
    for path in ["/openapi.json", "/v1/openapi.json"] {
        let response = served.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let text = response.text().await.unwrap();
        assert!(!text.contains("somebody") && !text.contains("private-config"));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), own().await, "it is the same for all");
    }
}

#[tokio::test]
async fn what_openai_describes_as_well_is_described_alike() {
    let Some(official) = official() else {
        eprintln!("skipped: no openai/openapi.yaml in ../shared/specs, nor where JACKFIELD_SPECS says");
        return;
    };
    let own = own().await;
    let mut compared = 0;
    let mut comparison = Comparison { own: &own, official: &official, problems: Vec::new() };
    for (path, item) in own["paths"].as_object().unwrap() {
        let Some(bare) = path.strip_prefix("/v1") else { continue };
        for (method, operation) in item.as_object().unwrap() {
            let theirs = &official["paths"][bare][method];
            if theirs.is_object() {
                comparison.operation(&format!("{method} {path}"), operation, theirs);
                compared += 1;
            }
        }
    }
    assert!(comparison.problems.is_empty(), "{:#?}", comparison.problems);
    assert!(compared >= 10, "only {compared} operations are shared");
}

/// Which way what is compared goes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// To the provider: it must take all that we say may be sent.
    Up,
    /// To the client: it must know all that we say it gets.
    Down,
}

struct Comparison<'d> {
    own: &'d Value,
    official: &'d Value,
    problems: Vec<String>,
}

impl Comparison<'_> {
    fn operation(&mut self, at: &str, own: &Value, official: &Value) {
        let (sent, theirs) = (&own["requestBody"]["content"], &official["requestBody"]["content"]);
        for (kind, content) in sent.as_object().into_iter().flatten() {
            let Some(theirs) = theirs.get(kind) else {
                self.problems.push(format!("{at}: OpenAI takes no {kind}"));
                continue;
            };
            self.request(at, &content["schema"], &theirs["schema"]);
        }
        let content = "/responses/200/content/application~1json/schema";
        if let (Some(own), Some(official)) = (own.pointer(content), official.pointer(content)) {
            self.schema(Way::Down, &format!("{at} 200"), own, official);
        }
    }

    fn request(&mut self, at: &str, own: &Value, official: &Value) {
        self.schema(Way::Up, at, own, official);
        let ours = Flat::of(self.own, own).required;
        for name in Flat::of(self.official, official).required.difference(&ours) {
            if !MAY_BE_LEFT_OUT.contains(&name.as_str()) {
                self.problems.push(format!("{at}: {name} may be left out here and not there"));
            }
        }
    }

    fn schema(&mut self, way: Way, at: &str, own: &Value, official: &Value) {
        let (ours, theirs) = (Flat::of(self.own, own), Flat::of(self.official, official));
        let fits = |kind: &&String| {
            theirs.types.contains(*kind) || (*kind == "integer" && theirs.types.contains("number"))
        };
        let any = ours.types.is_empty() || theirs.types.is_empty();
        let agree = match way {
            Way::Up => ours.types.iter().filter(|kind| *kind != "null").all(|kind| fits(&kind)),
            Way::Down => ours.types.iter().any(|kind| fits(&kind)),
        };
        if !any && !agree {
            self.problems.push(format!("{at}: {:?} here, {:?} there", ours.types, theirs.types));
        }
        for name in ours.required.difference(&theirs.required) {
            self.problems.push(format!("{at}: {name} must be there here and not there"));
        }
        for (name, schema) in &ours.properties {
            match theirs.properties.get(name) {
                Some(theirs) => self.schema(way, &format!("{at}.{name}"), schema, theirs),
                None if theirs.open => {}
                None => self.problems.push(format!("{at}.{name} is nothing that OpenAI knows")),
            }
        }
        if let (Some(ours), Some(theirs)) = (ours.items, theirs.items) {
            self.schema(way, &format!("{at}[]"), &ours, &theirs);
        }
    }
}

/// A schema with its references and alternatives laid out: what may be, in any
/// of them.
#[derive(Debug, Default)]
struct Flat {
    types: BTreeSet<String>,
    properties: BTreeMap<String, Value>,
    /// What must be there, in all of them that are objects.
    required: BTreeSet<String>,
    items: Option<Value>,
    /// Whether members may have any name.
    open: bool,
}

impl Flat {
    fn of(document: &Value, schema: &Value) -> Self {
        let Some(schema) = resolve(document, schema).as_object() else { return Self::default() };
        let mut flat = Self::alone(schema);
        for part in list(schema, "allOf") {
            let part = Self::of(document, part);
            flat.required.extend(part.required.iter().cloned());
            flat.add(part);
        }
        let mut common: Option<BTreeSet<String>> = None;
        for alternative in list(schema, "anyOf").chain(list(schema, "oneOf")) {
            let alternative = Self::of(document, alternative);
            if alternative.types.contains("object") || !alternative.properties.is_empty() {
                common = Some(match common {
                    None => alternative.required.clone(),
                    Some(common) => common.intersection(&alternative.required).cloned().collect(),
                });
            }
            flat.add(alternative);
        }
        flat.required.extend(common.unwrap_or_default());
        flat
    }

    fn alone(schema: &Map<String, Value>) -> Self {
        let mut flat = Self::default();
        match schema.get("type") {
            Some(Value::String(kind)) => flat.types.extend([kind.clone()]),
            Some(Value::Array(kinds)) => {
                flat.types.extend(kinds.iter().filter_map(|kind| kind.as_str().map(str::to_owned)));
            }
            _ => {}
        }
        for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            // How forms spell a list.
            flat.properties.insert(name.trim_end_matches("[]").to_owned(), schema.clone());
        }
        flat.required.extend(list(schema, "required").filter_map(|name| name.as_str().map(str::to_owned)));
        flat.items = schema.get("items").cloned();
        let further = schema.get("additionalProperties").is_some_and(|further| *further != json!(false));
        flat.open = further || (flat.types.contains("object") && flat.properties.is_empty());
        flat
    }

    /// Adds what else may be. What must be is for the caller.
    fn add(&mut self, other: Self) {
        self.types.extend(other.types);
        for (name, schema) in other.properties {
            either(self.properties.entry(name).or_default(), schema);
        }
        if let Some(items) = other.items {
            either(self.items.get_or_insert_default(), items);
        }
        self.open |= other.open;
    }
}

/// Makes a schema one of two.
fn either(known: &mut Value, other: Value) {
    *known = match known.take() {
        Value::Null => other,
        known => json!({ "anyOf": [known, other] }),
    };
}

fn list<'s>(schema: &'s Map<String, Value>, name: &str) -> impl Iterator<Item = &'s Value> {
    schema.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn resolve<'d>(document: &'d Value, mut schema: &'d Value) -> &'d Value {
    while let Some(pointer) = schema.get("$ref").and_then(Value::as_str) {
        let target = pointer.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        schema = target.unwrap_or_else(|| panic!("{pointer} leads nowhere"));
    }
    schema
}

/// The comparison itself would find what it is for.
#[test]
fn differences_are_found() {
    let official = json!({ "a": {
        "type": "object", "required": ["model", "input"],
        "properties": {
            "model": { "anyOf": [{ "type": "string" }, { "type": "string", "enum": ["x"] }] },
            "input": { "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] },
            "speed": { "type": "number" },
        },
    } });
    let found = |own: Value| {
        let own = json!({ "a": own });
        let mut comparison = Comparison { own: &own, official: &official, problems: Vec::new() };
        comparison.request("post /p", &own["a"], &json!({ "$ref": "#/a" }));
        comparison.problems
    };
    let text = json!({ "type": "string" });
    let object = |properties: Value, required: Value| json!({ "type": "object", "properties": properties, "required": required });
    let alike = object(json!({ "input": text, "speed": { "type": "integer" } }), json!(["input"]));
    assert_eq!(found(alike), [""; 0]);
    for (own, problem) in [
        (object(json!({ "input": text, "odd": text }), json!(["input"])), "odd is nothing that OpenAI knows"),
        (object(json!({ "input": { "type": "integer" } }), json!(["input"])), "{\"integer\"} here"),
        (object(json!({ "input": { "type": "array", "items": { "type": "null" } } }), json!(["input"])), ""),
        (object(json!({ "input": text }), json!([])), "input may be left out here"),
        (object(json!({ "input": text, "speed": text }), json!(["input", "speed"])), "speed must be there"),
    ] {
        let problems = found(own);
        let any = problems.iter().any(|found| found.contains(problem));
        assert!(problem.is_empty() || any, "{problem}: {problems:?}");
    }
}
