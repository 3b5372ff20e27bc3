//! Schemes that exchange a secret for a token, as manifests declare them.

use super::super::auth::{ClientAuth, ClientCredentials, GoogleAccount, Identity};
use super::super::bind::BoundConfig;
use super::*;

/// A manifest whose one scheme has these lines.
fn parse(lines: &str) -> Result<Manifest, String> {
    let text = format!(
        "[plugin]\nname = \"p\"\nversion = \"1.0.0\"\ndescription = \"d\"\n\
         [config.tenant]\ntype = \"string\"\n[config.workspace]\ntype = \"url\"\n\
         [secrets.key]\n\
         [[egress]]\norigin = \"https://api.example\"\nmethods = [\"POST\"]\nauth = \"a\"\n\
         [auth.a]\n{lines}\n"
    );
    Manifest::parse(&text, "plugin.toml").map_err(|problems| problems.to_string())
}

fn client(token_url: &str, more: &str) -> Result<ClientCredentials, String> {
    let manifest = parse(&format!(
        "scheme = \"oauth2-client-credentials\"\ntoken-url = \"{token_url}\"\nclient-secret = \"key\"\n{more}"
    ))?;
    match manifest.auth.into_values().next() {
        Some(AuthScheme::ClientCredentials(client)) => Ok(client),
        other => panic!("{other:?}"),
    }
}

fn config(values: &[(&str, &str)]) -> BoundConfig {
    let values = values.iter().map(|(key, value)| (name(key), (*value).into())).collect();
    let manifest = parse("scheme = \"bearer\"\nsecret = \"key\"").unwrap();
    manifest.bind(&name("p"), &values).unwrap()
}

#[test]
fn client_credentials_are_read_whole() {
    let url = "https://login.example/{tenant}/token";
    let read = client(
        url,
        "client-id = \"{tenant}-app\"\nscope = \"all\"\naudience = \"x\"\nclient-auth = \"post\"\n\
         parameters = { claims = \"{tenant}\" }",
    );
    let parameters = [("audience", "x"), ("claims", "{tenant}"), ("scope", "all")];
    assert_eq!(
        read.unwrap(),
        ClientCredentials {
            token_url: name(url),
            client_id: Identity::Text(name("{tenant}-app")),
            client_secret: name("key"),
            client_auth: ClientAuth::Post,
            parameters: parameters.map(|(key, value)| (key.to_owned(), name(value))).into(),
        }
    );
    let short = client(url, "client-id-secret = \"key\"").unwrap();
    assert_eq!(short.client_id, Identity::Secret(name("key")));
    assert_eq!(short.client_auth, ClientAuth::Basic);
}

#[test]
fn a_google_keys_scope_has_a_default() {
    let manifest = parse("scheme = \"google-service-account\"\nsecret = \"key\"").unwrap();
    let scope = "https://www.googleapis.com/auth/cloud-platform".to_owned();
    assert_eq!(manifest.auth["a"], AuthScheme::Google(GoogleAccount { secret: name("key"), scope }));
}

#[test]
fn what_is_wrong_with_a_scheme_is_said_where_it_stands() {
    let url = "https://login.example/token";
    let id = "client-id = \"x\"";
    for (token_url, more, words) in [
        ("login.example/token", id, "begin it with https://"),
        ("{workspace}.evil.example/token", id, "must begin with a slash"),
        ("{workspace}{tenant}", id, "must begin with a slash"),
        ("https://login.example/{nobody}", id, "{nobody} isn't declared"),
        (url, "", "`client-id` is missing"),
        (url, "client-id = \"x\"\nclient-id-secret = \"key\"", "exclude each other"),
        (url, "client-id-secret = \"nobody\"", "no [secrets.nobody] is declared"),
        (url, "client-id = \"x\"\nclient-auth = \"jwt\"", "\"jwt\" is unknown here"),
        (url, "client-id = \"x\"\nscope = \"{nobody}\"", "{nobody} isn't declared"),
        (url, "client-id = \"x\"\nscopes = \"x\"", "did you mean `scope`?"),
        (url, "client-id = \"x\"\nparameters = { scope = \"x\" }", "has a field of its own"),
        (url, "client-id = \"x\"\nparameters = { client_secret = \"x\" }", "is the host's to write"),
        (url, "client-id = \"x\"\nparameters = { grant_type = \"x\" }", "is the host's to write"),
    ] {
        let error = client(token_url, more).unwrap_err();
        assert!(error.contains(words), "{token_url} {more}: {error}");
    }
    let error = parse("scheme = \"google-service-account\"\nsecret = \"key\"\nscope = \" \"").unwrap_err();
    assert!(error.contains("a scope isn't empty"), "{error}");
}

#[test]
fn values_cannot_make_another_endpoint_of_a_token_url() {
    let id = "client-id = \"x\"";
    let in_path = client("https://login.example/{tenant}/token", id).unwrap();
    let in_host = client("https://{tenant}.login.example/token", id).unwrap();
    let whole = client("{workspace}/oidc/v1/token", id).unwrap();
    let url = |client: &ClientCredentials, values: &[(&str, &str)]| {
        client.token_url(&config(values)).map(|url| url.map(|url| url.to_string()))
    };
    let some = |text: &str| Ok(Some(text.to_owned()));
    assert_eq!(url(&in_path, &[("tenant", "acme")]), some("https://login.example/acme/token"));
    assert_eq!(url(&in_host, &[("tenant", "acme.eu")]), some("https://acme.eu.login.example/token"));
    let workspace = [("workspace", "https://dbc-1.databricks.example/")];
    assert_eq!(url(&whole, &workspace), some("https://dbc-1.databricks.example/oidc/v1/token"));
    for client in [&in_path, &in_host, &whole] {
        assert_eq!(url(client, &[]), Ok(None), "a value that is absent");
    }
    for value in ["", "..", ".", "a/b", "a?b", "a#b", "a@b", "a:1", "%2e%2e", "a b", "a\\b"] {
        for client in [&in_path, &in_host] {
            let error = url(client, &[("tenant", value)]).unwrap_err();
            assert!(
                error.contains("config.tenant") && error.contains("can't stand in"),
                "{value:?}: {error}"
            );
        }
    }
}
