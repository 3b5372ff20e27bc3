use super::*;
use crate::manifest::ConfigValue;
use crate::manifest::field::Access;
use crate::secret::SecretSource;

mod sections;

const WHOLE: &str = r#"
[plugins]
dir = "extensions"

[runtime]
instances = 500
memory = "1 GiB"
cache = "/var/cache/jackfield"

[providers.openai]
plugin = "openai@^0.1"
secrets.api-key = { env = "OPENAI_API_KEY" }

[providers.laptop]
plugin = { name = "openai", version = "^0.1", digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" }
config.base-url = "http://127.0.0.1:8080/v1"
config.retries = 3
config.heat = 0.5
config.stream = true
config.headers = ["a: b"]
config.description = { file = "apis/weather.toml" }
secrets.one = { file = "keys/one" }
secrets.two = { credential = "two" }
secrets.three = { env = ["A", "B"] }
isolation = "call"
limits = { memory = "64 MiB", response = "16 MiB", requests-per-call = 8, queue = 0 }
timeouts = { total = "60s", first-token = "20s", idle = "15s" }

[providers.laptop.grant]
origins = [
  "http://127.0.0.1:8080",
  { origin = "https://inside.example.com", addresses = ["10.0.0.0/8", "192.168.1.7"], methods = ["POST"], path = "/v1" },
]
directories.index = { path = "data/index", access = "read-write" }
directories.books = { path = "/srv/books" }
redirects = true

[providers.groq]

[routes.fast]
anything = "goes"
"#;

fn whole() -> Settings {
    Settings::parse(WHOLE, "jackfield.toml", &["routes"]).unwrap()
}

fn problems(text: &str) -> Vec<String> {
    match Settings::parse(text, "jackfield.toml", &["routes", "server"]) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn everything_the_file_can_say_is_read() {
    let settings = whole();
    assert_eq!(settings.plugins.dir, Path::new("extensions"));
    assert_eq!(settings.runtime.instances, 500);
    assert_eq!(settings.runtime.memory, ByteSize::mib(1024));
    assert_eq!(settings.runtime.cache.as_deref(), Some(Path::new("/var/cache/jackfield")));

    let openai = &settings.providers["openai"];
    assert_eq!(openai.plugin.as_ref().unwrap().to_string(), "openai@^0.1");
    assert_eq!(openai.limits, Limits::default());
    assert_eq!(openai.timeouts, WrittenTimeouts::default());
    assert_eq!(openai.grant, Grant::default());
    assert_eq!(openai.isolation, Isolation::Provider);
    assert_eq!(settings.providers["groq"], WrittenProvider::default());

    let laptop = &settings.providers["laptop"];
    assert!(laptop.plugin.as_ref().unwrap().digest.is_some());
    assert_eq!(laptop.config["base-url"], "http://127.0.0.1:8080/v1".into());
    assert_eq!(laptop.config["retries"], ConfigValue::Integer(3));
    assert_eq!(laptop.config["heat"], ConfigValue::Number(0.5));
    assert_eq!(laptop.config["stream"], ConfigValue::Boolean(true));
    assert_eq!(laptop.config["headers"], ConfigValue::List(vec!["a: b".to_owned()]));
    assert_eq!(laptop.config_files["description"], Path::new("apis/weather.toml"));
    assert!(!laptop.config.contains_key("description"));
    assert_eq!(laptop.secrets["one"], SecretSource::File("keys/one".into()));
    assert_eq!(laptop.secrets["two"], SecretSource::Credential("two".parse().unwrap()));
    assert_eq!(laptop.secrets["three"].to_string(), "environment variable A or B");
    assert_eq!(laptop.isolation, Isolation::Call);
    assert_eq!(laptop.limits.memory, ByteSize::mib(64));
    assert_eq!(laptop.limits.requests_per_call, 8);
    assert_eq!(laptop.limits.queue, 0);
    assert_eq!(laptop.timeouts.total, Some(Period::seconds(60)));
    let timeouts = laptop.timeouts.over(Timeouts::default());
    assert_eq!(timeouts.connect, Timeouts::default().connect);
    let [plain, inside] = &*laptop.grant.origins else { panic!("two origins") };
    assert_eq!(plain.to_string(), "\"http://127.0.0.1:8080\"");
    assert_eq!(
        inside.to_string(),
        r#"{ origin = "https://inside.example.com", methods = ["POST"], path = "/v1", addresses = ["10.0.0.0/8", "192.168.1.7/32"] }"#
    );
    assert_eq!(laptop.grant.directories["index"].access, Access::ReadWrite);
    assert_eq!(laptop.grant.directories["books"].access, Access::Read);
    assert!(laptop.grant.redirects);
}

#[test]
fn an_empty_file_is_the_default() {
    let settings = Settings::parse("", "jackfield.toml", &[]).unwrap();
    assert_eq!(settings, Settings::default());
}

#[test]
fn relative_paths_are_those_of_the_file() {
    let mut settings = whole();
    settings.resolve_paths(Path::new("/etc/jackfield"));
    assert_eq!(settings.plugins.dir, Path::new("/etc/jackfield/extensions"));
    assert_eq!(settings.runtime.cache.as_deref(), Some(Path::new("/var/cache/jackfield")));
    let laptop = &settings.providers["laptop"];
    assert_eq!(laptop.secrets["one"], SecretSource::File("/etc/jackfield/keys/one".into()));
    assert_eq!(laptop.config_files["description"], Path::new("/etc/jackfield/apis/weather.toml"));
    assert_eq!(laptop.grant.directories["index"].path, Path::new("/etc/jackfield/data/index"));
    assert_eq!(laptop.grant.directories["books"].path, Path::new("/srv/books"));
}

#[test]
fn defaults_shrink_with_what_the_operator_wrote() {
    let text =
        "[runtime]\nmemory = '32 MiB'\n[providers.a]\n[providers.b]\ntimeouts.total = '5s'\nlimits.queue = 1";
    let settings = Settings::parse(text, "x", &[]).unwrap();
    assert_eq!(settings.providers["a"].limits.memory, ByteSize::mib(32));
    let b = &settings.providers["b"];
    assert_eq!(b.limits.memory, ByteSize::mib(32));
    let timeouts = b.timeouts.over(Timeouts::default());
    assert_eq!((timeouts.idle, timeouts.connect), (Period::seconds(5), Period::seconds(5)));
}

#[test]
fn each_slip_is_one_problem_with_its_place_and_advice() {
    let mut wrong = Vec::new();
    for (line, place_and_field, advice) in [
        ("plguin = 'x'", "2:1: providers.p.plguin", "did you mean `plugin`?"),
        ("plugin = 'X'", "2:10: providers.p.plugin", "write 1 to 64 lower-case"),
        ("plugin = 'x@latest'", "2:10: providers.p.plugin", "write one such as \"^0.1\""),
        ("plugin = {}", "2:1: providers.p.plugin", "`name` is missing"),
        (
            "plugin = { name = 'x', digest = 'md5:1' }",
            "2:33: providers.p.plugin.digest",
            "begins with `sha256:`",
        ),
        (
            "plugin = { name = 'x', sha = '' }",
            "2:24: providers.p.plugin.sha",
            "one of: name, version, digest",
        ),
        ("preset = 'Groq'", "2:10: providers.p.preset", "isn't a provider's name"),
        ("config.x = 2020-01-01", "2:12: providers.p.config.x", "write a string, a number"),
        ("config.x = [1]", "2:13: providers.p.config.x[0]", "write a string"),
        ("config.X = 1", "2:8: providers.p.config.X", "isn't a name"),
        ("config.x = {}", "2:8: providers.p.config.x", "write `file = \"api.toml\"`"),
        ("config.x = { file = '' }", "2:21: providers.p.config.x.file", "this can't be a path"),
        ("config.x = { file = 'a', fiel = 'b' }", "2:26: providers.p.config.x.fiel", "did you mean `file`?"),
        (
            "secrets.k = 'hunter2'",
            "2:13: providers.p.secrets.k",
            "a secret itself has no place in this file: write { env",
        ),
        ("secrets.k = {}", "2:13: providers.p.secrets.k", "comes from nowhere"),
        ("secrets.k = { env = 'A', file = 'b' }", "2:13: providers.p.secrets.k", "more than one source"),
        (
            "secrets.k = { env = 'hunter-2' }",
            "2:21: providers.p.secrets.k.env",
            "name of an environment variable: write",
        ),
        ("secrets.k = { env = [] }", "2:21: providers.p.secrets.k.env", "write at least one"),
        (
            "secrets.k = { credential = 'hunter_2' }",
            "2:28: providers.p.secrets.k.credential",
            "name of a credential",
        ),
        ("secrets.k = { file = '' }", "2:22: providers.p.secrets.k.file", "can't be a path"),
        ("grant.origin = []", "2:7: providers.p.grant.origin", "did you mean `origins`?"),
        ("grant.origins = ['example.com']", "2:18: providers.p.grant.origins[0]", "needs `https://`"),
        ("grant.origins = ['https://example.com/v1']", "2:18: providers.p.grant.origins[0]", "it has a path"),
        ("grant.origins = [{ addresses = [] }]", "2:18: providers.p.grant.origins[0]", "`origin` is missing"),
        (
            "grant.origins = [{ origin = 'https://a.com', addresses = ['10.0.0.1/8'] }]",
            "2:59: providers.p.grant.origins[0].addresses[0]",
            "write \"10.0.0.0/8\"",
        ),
        (
            "grant.origins = [{ origin = 'https://a.com', addresses = ['home'] }]",
            "2:59: providers.p.grant.origins[0].addresses[0]",
            "write one such as \"10.0.0.0/8\"",
        ),
        (
            "grant.origins = [{ origin = 'https://a.com', methods = ['post'] }]",
            "2:57: providers.p.grant.origins[0].methods[0]",
            "in capitals",
        ),
        (
            "grant.origins = [{ origin = 'https://a.com', path = 'x' }]",
            "2:53: providers.p.grant.origins[0].path",
            "begin with `/`",
        ),
        ("grant.redirects = 'yes'", "2:19: providers.p.grant.redirects", "write true or false"),
        (
            "grant.directories.x = '/tmp'",
            "2:23: providers.p.grant.directories.x",
            "write a table such as { path",
        ),
        (
            "grant.directories.x = { access = 'all' }",
            "2:34: providers.p.grant.directories.x.access",
            "write one of: \"read\", \"read-write\"",
        ),
        ("isolation = 'none'", "2:13: providers.p.isolation", "write one of: \"provider\", \"call\""),
        ("limits.memory = 64", "2:17: providers.p.limits.memory", "as in \"64 MiB\""),
        ("limits.memory = '64'", "2:17: providers.p.limits.memory", "as in \"64 MiB\""),
        ("limits.memory = '2 GiB'", "2:17: providers.p.limits.memory", "raise `memory` under [runtime]"),
        (
            "limits.requests_per_call = 1",
            "2:8: providers.p.limits.requests_per_call",
            "did you mean `requests-per-call`?",
        ),
        ("limits.connections = 0", "2:22: providers.p.limits.connections", "write 1 to 1000000"),
        ("timeouts.total = 60", "2:18: providers.p.timeouts.total", "as in \"1m30s\""),
        ("timeouts.total = '60'", "2:18: providers.p.timeouts.total", "as in \"1m30s\""),
        (
            "timeouts = { total = '5s', idle = '6s' }",
            "2:35: providers.p.timeouts.idle",
            "write less, or raise `total`",
        ),
        (
            "timeouts.first-tokn = '5s'",
            "2:10: providers.p.timeouts.first-tokn",
            "did you mean `first-token`?",
        ),
    ] {
        let text = format!("[providers.p]\n{line}\n");
        let found = problems(&text);
        let start = format!("jackfield.toml:{place_and_field}: ");
        if !found.iter().any(|problem| problem.starts_with(&start) && problem.contains(advice)) {
            wrong.push(format!("{line}: {found:#?}"));
        }
        if found.iter().any(|problem| problem.contains("hunter")) {
            wrong.push(format!("a secret shows: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_makes_the_parser_panic() {
    for end in (0..WHOLE.len()).step_by(5) {
        let _ = Settings::parse(&WHOLE[..end], "f", &[]);
    }
    for place in (0..WHOLE.len()).step_by(13) {
        for replacement in ["\"", "]", "{", "\n", "0", "é"] {
            let text = format!("{}{replacement}{}", &WHOLE[..place], &WHOLE[place + 1..]);
            let _ = Settings::parse(&text, "f", &["routes"]);
        }
    }
}
