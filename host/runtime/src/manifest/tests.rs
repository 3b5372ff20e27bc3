mod binding;
mod schemes;
mod signing;
mod slips;

use std::collections::BTreeMap;

use super::field::{Access, Presence};
use super::*;

const WHOLE: &str = r#"
[plugin]
name = "sample"
version = "1.2.3"
description = "Everything a manifest can say"
license = "Apache-2.0"
homepage = "https://example.com/sample"
authors = ["Ada"]
singleton = true

[config.base-url]
type = "url"
default = "https://api.example.com/v1/"
description = "Where the API lives"

[config.resource]
type = "string"
required = true
description = "Name of the resource"

[config.region]
type = "enum"
values = ["eu", "us"]
default = "eu"

[config.proxy]
type = "url"

[config.retries]
type = "integer"
default = 2

[config.headers]
type = "list"

[secrets.api-key]
description = "API key"
env = "SAMPLE_API_KEY"

[secrets.other]
optional = true

[auth.key]
scheme = "bearer"
secret = "api-key"

[auth.header]
scheme = "header"
secret = "api-key"
header = "X-Api-Key"
prefix = "Key "

[auth.query]
scheme = "query"
secret = "other"
parameter = "key"

[auth.basic]
scheme = "basic"
user = "{resource}"
password = "other"

[auth.nobody]
scheme = "none"

[[egress]]
origin = "{base-url}"
methods = ["GET", "POST"]
auth = "key"

[[egress]]
origin = "https://{resource}.{region}.example.net"
methods = ["POST"]
path = "/v1/{resource}"
auth = "header"

[[egress]]
origin = "https://*.cdn.example.org"
methods = ["GET"]
auth = "query"

[[egress]]
origin = "{proxy}"
methods = ["GET"]
auth = "basic"

[[egress]]
origin = "https://public.example.com"
methods = ["GET"]
auth = "nobody"

[[directory]]
name = "index"
access = "read-write"
description = "Where the index is kept"

[[embedding.batch]]
models = ["small-*"]
inputs = 96
tokens = 8192

[[embedding.batch]]
inputs = 16
"#;

fn whole() -> Manifest {
    Manifest::parse(WHOLE, "plugin.toml").unwrap()
}

fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// The problems of `WHOLE` with one stretch of it replaced.
fn problems_with(find: &str, replacement: &str) -> Vec<String> {
    assert_eq!(WHOLE.matches(find).count(), 1, "{find:?} must be in the sample once");
    let text = WHOLE.replace(find, replacement);
    match Manifest::parse(&text, "plugin.toml") {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn everything_a_manifest_can_say_is_read() {
    let manifest = whole();
    assert_eq!(manifest.name.as_str(), "sample");
    assert_eq!(manifest.version, Version::new(1, 2, 3));
    assert_eq!(manifest.authors, ["Ada"]);
    assert!(manifest.singleton);
    let base = &manifest.config["base-url"];
    assert_eq!(base.presence, Presence::Default("https://api.example.com/v1".into()));
    assert_eq!(manifest.config["resource"].presence, Presence::Required);
    assert_eq!(manifest.config["proxy"].presence, Presence::Optional);
    assert_eq!(manifest.secrets["api-key"].env, Some(name("SAMPLE_API_KEY")));
    assert!(manifest.secrets["other"].optional);
    assert_eq!(
        manifest.auth["header"],
        AuthScheme::Header {
            secret: name("api-key"),
            header: http::HeaderName::from_static("x-api-key"),
            prefix: "Key ".to_owned(),
        }
    );
    assert_eq!(manifest.auth["basic"].secrets(), [&name::<Name>("other")]);
    assert_eq!(manifest.egress.len(), 5);
    assert_eq!(manifest.directories["index"].access, Access::ReadWrite);
    let inputs = |model| manifest.batch_limits(model, &BTreeMap::new()).inputs.unwrap();
    assert_eq!((inputs("small-1"), inputs("large")), (96, 16));
}

#[test]
fn a_batch_can_be_about_the_providers_that_are_bound_with_a_value() {
    let batch = "[[embedding.batch]]\nmodels = [\"small-*\"]\nwhen = { region = \"us\", retries = 7 }\ninputs = 8\n\n";
    let text = WHOLE.replacen("[[embedding.batch]]", &format!("{batch}[[embedding.batch]]"), 1);
    let manifest = Manifest::parse(&text, "plugin.toml").unwrap();
    let inputs = |model: &str, region: &str, retries: i64| {
        let config = [("region", region.into()), ("retries", ConfigValue::Integer(retries))];
        let config = config.map(|(key, value)| (name(key), value)).into();
        manifest.batch_limits(model, &config).inputs.unwrap()
    };
    assert_eq!(inputs("small-1", "us", 7), 8);
    assert_eq!(inputs("small-1", "us", 6), 96, "all of them must hold");
    assert_eq!(inputs("small-1", "eu", 7), 96);
    assert_eq!(inputs("large", "us", 7), 16);

    for (find, replacement, advice) in [
        ("region = \"us\"", "reigon = \"us\"", "no [config.reigon] is declared"),
        ("region = \"us\"", "region = \"asia\"", "so this batch would never count"),
        ("retries = 7", "retries = \"7\"", "so this batch would never count"),
    ] {
        let problems =
            Manifest::parse(&text.replacen(find, replacement, 1), "plugin.toml").unwrap_err().to_string();
        assert!(problems.contains(advice), "{replacement}: {problems}");
    }
}

#[test]
fn the_smallest_manifest_asks_for_nothing() {
    let text = "[plugin]\nname = 'a'\nversion = '0.1.0'\ndescription = 'b'";
    let manifest = Manifest::parse(text, "plugin.toml").unwrap();
    let bound = manifest.bind(&name("p"), &BTreeMap::new()).unwrap();
    assert!(bound.asked().is_empty() && bound.values().is_empty());
    assert_eq!(manifest.batch_limits("any", &BTreeMap::new()), BatchLimits::default());
}

#[test]
fn a_component_without_a_manifest_asks_for_nothing_and_has_its_files_name() {
    let manifest = Manifest::without_capabilities("my-plugin").unwrap();
    assert_eq!(manifest.name.as_str(), "my-plugin");
    assert!(manifest.egress.is_empty() && manifest.secrets.is_empty());
    let error = Manifest::without_capabilities("My Plugin").unwrap_err().to_string();
    assert!(error.starts_with("My Plugin: ") && error.contains("rename the file"), "{error}");
}

#[test]
fn references_to_nothing_and_declarations_for_nothing_are_problems() {
    let found = problems_with("auth = \"header\"", "auth = \"heder\"").join("\n");
    assert!(found.contains("egress[1].auth: no [auth.heder] is declared here"), "{found}");
    assert!(found.contains("auth.header: no [[egress]] names this scheme"), "{found}");
    let found = problems_with(
        "[auth.query]\nscheme = \"query\"\nsecret = \"other\"",
        "[auth.query]\nscheme = \"query\"\nsecret = \"othr\"",
    );
    assert!(found.len() == 1 && found[0].contains("no [secrets.othr] is declared"), "{found:?}");
    let found = problems_with("[secrets.other]", "[secrets.unused]\n\n[secrets.other]");
    assert!(
        found.len() == 1 && found[0].contains("secrets.unused: no [auth.NAME] uses this secret"),
        "{found:?}"
    );
    let found = problems_with("user = \"{resource}\"", "user = \"{nobody}\"");
    assert!(found.len() == 1 && found[0].contains("{nobody} isn't declared"), "{found:?}");
}

#[test]
fn what_is_missing_is_named_with_a_line_to_write() {
    let problems = Manifest::parse("[[egress]]\n[auth.x]\n[config.y]\n[[directory]]", "p").unwrap_err();
    let text = problems.to_string();
    for part in [
        "[plugin] is missing: begin with [plugin]",
        "`origin` is missing: write `origin = \"https://api.example.com\"`",
        "`methods` is missing: write `methods = [\"POST\"]`",
        "`scheme` is missing: write `scheme = \"bearer\"`",
        "`type` is missing: write `type = \"string\"`",
        "`name` is missing: write `name = \"index\"`",
        "`access` is missing: write `access = \"read\"`",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let text = Manifest::parse("[plugin]", "p").unwrap_err().to_string();
    for part in ["name = \"my-plugin\"", "version = \"0.1.0\"", "description = \"...\""] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn no_manifest_makes_the_parser_panic() {
    // Every prefix of a whole manifest, and every one with a character replaced.
    for end in (0..WHOLE.len()).step_by(5) {
        let _ = Manifest::parse(&WHOLE[..end], "p");
    }
    for place in (0..WHOLE.len()).step_by(17) {
        for replacement in ["\"", "]", "{", "\n", "0", "é"] {
            let text = format!("{}{replacement}{}", &WHOLE[..place], &WHOLE[place + 1..]);
            let _ = Manifest::parse(&text, "p");
        }
    }
}
