use jackfield_runtime::settings::document;

use super::*;

fn read(text: &str) -> Result<ServerSettings, String> {
    document::read(text, "jackfield.toml", |mut fields| {
        let settings = fields.take("server").and_then(|node| ServerSettings::read(&node));
        fields.finish();
        settings
    })
    .map_err(|problems| problems.to_string())
}

#[test]
fn every_field_is_read() {
    let settings = read(
        r#"[server]
        listen = "0.0.0.0:9000"
        tls = { cert = "a.pem", key = "b.pem" }
        body = "1 MiB"
        answer = "2 MiB"
        connections = 5
        cors = ["https://app.example"]
        metrics = false
        timeouts = { header = "1s", body = "2s", shutdown = "3s" }
        configs.fast = '{"retry":{"attempts":1}}'
        [server.keys.team]
        key = { env = "TEAM_KEY" }
        tenant = "t"
        models = ["openai/*"]
        "#,
    )
    .unwrap();
    assert_eq!(settings.listen.port(), 9000);
    assert_eq!(settings.tls.unwrap().key, PathBuf::from("b.pem"));
    assert_eq!((settings.body, settings.answer, settings.connections), (1 << 20, 2 << 20, 5));
    assert_eq!(settings.cors, ["https://app.example"]);
    assert!(!settings.metrics);
    assert_eq!(settings.header_timeout, Duration::from_secs(1));
    assert_eq!(settings.body_timeout, Duration::from_secs(2));
    assert_eq!(settings.shutdown_timeout, Duration::from_secs(3));
    assert!(settings.configs["fast"].contains("attempts"));
    assert_eq!(settings.keys["team"].tenant.as_deref(), Some("t"));
    assert_eq!(settings.keys["team"].models.as_deref(), Some(&["openai/*".to_owned()][..]));
}

#[test]
fn what_clients_may_bring_along_is_read() {
    let of = |lines: &str| read(&format!("[server]\n{lines}")).unwrap();
    assert_eq!(of("").client_keys, None);
    assert_eq!(of("client-keys = true").client_keys, Some(ClientKeys::All));
    assert_eq!(of("client-keys = false").client_keys, Some(ClientKeys::None));
    let some = of("client-keys = [\"openai\"]").client_keys;
    assert_eq!(some, Some(ClientKeys::Of(["openai".to_owned()].into())));
    assert!(of("").custom_hosts.is_empty());
    let hosts = of("custom-hosts = [\"https://LLM.example:443\", \"http://127.0.0.1:8080\"]").custom_hosts;
    let hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
    assert_eq!(hosts, ["https://llm.example", "http://127.0.0.1:8080"]);
}

#[test]
fn an_open_gateway_listens_on_loopback_only() {
    assert!(read("[server]\nlisten = \"127.0.0.1:1\"").is_ok());
    assert!(read("[server]\nlisten = \"[::1]:1\"").is_ok());
    let error = read("[server]\nlisten = \"0.0.0.0:1\"").unwrap_err();
    assert!(error.contains("[server.keys.NAME]"), "{error}");
}

#[test]
fn slips_are_named_with_their_place() {
    for (text, part) in [
        ("[server]\nlisen = \"x\"", "listen"),
        ("[server]\nlisten = \"localhost\"", "server.listen: \"localhost\" can't be listened on"),
        ("[server]\nclient-keys = \"openai\"", "server.client-keys"),
        ("[server]\ncustom-hosts = [\"https://*.example.com\"]", "more than one host"),
        ("[server]\ncustom-hosts = [\"llm.example\"]", "server.custom-hosts[0]"),
        ("[server]\ncustom-hosts = [\"http://169.254.169.254\"]", "metadata"),
        ("[server]\ncors = [\"*\"]", "web origin"),
        ("[server.keys.a]\nkey = \"sk-secret\"", "server.keys.a.key"),
        ("[server.keys.a]\nkey = { env = \"A\" }\nmodels = [\"gpt-4o\"]", "provider/model"),
        ("[server]\nconfigs.a = \"{\"", "isn't JSON"),
        ("[server]\nconfigs.a = {}", "server.configs.a: this is a table: write JSON"),
        ("[server]\ntls = { cert = \"a\" }", "key"),
        ("[server]\ntimeouts = { idle = \"1s\" }", "server.timeouts.idle"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
        assert!(!error.contains("sk-secret"), "{error}");
    }
}
