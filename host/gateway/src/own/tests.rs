use super::*;

fn grants(keys: ClientKeys, hosts: &[&str]) -> Grants {
    let origin = |url: &&str| Origin::of(&Url::parse(url).unwrap()).unwrap();
    Grants { keys, hosts: hosts.iter().map(origin).collect(), unbound: BTreeSet::new() }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec()).unwrap()
}

#[test]
fn keys_are_taken_along_for_whom_the_operator_says() {
    let some = || ClientKeys::Of(["openai".to_owned()].into());
    for (keys, provider, line) in [
        (ClientKeys::All, Some("groq"), None),
        (ClientKeys::All, None, None),
        (some(), Some("openai"), None),
        (some(), Some("groq"), Some(r#"client-keys = ["openai", "groq"]"#)),
        (some(), None, Some("client-keys = true")),
        (ClientKeys::None, Some("openai"), Some("client-keys = true")),
    ] {
        let told = grants(keys, &[]).key(provider).err();
        match line {
            None => assert_eq!(told, None),
            Some(line) => assert!(told.as_ref().is_some_and(|told| told.contains(line)), "{told:?}"),
        }
    }
}

#[test]
fn a_host_is_granted_by_its_whole_origin() {
    let grants = grants(ClientKeys::All, &["https://llm.example", "http://127.0.0.1:8080"]);
    for granted in ["https://llm.example/v1", "https://LLM.example.:443", "http://127.1:8080/x"] {
        grants.host(&Url::parse(granted).unwrap()).unwrap();
    }
    for refused in [
        "http://llm.example/v1",
        "https://llm.example:8443",
        "https://a.llm.example",
        "https://llm.example.evil",
        "http://127.0.0.1:8081",
        "http://localhost:8080",
        "http://169.254.169.254/latest",
        "http://[::1]:8080",
    ] {
        let told = grants.host(&Url::parse(refused).unwrap()).unwrap_err();
        assert!(told.contains("custom-hosts = [\"https://llm.example\""), "{told}");
    }
}

#[test]
fn a_target_that_waits_for_a_clients_key_never_gets_another() {
    let mut leaf = Leaf::plain("config", Some("p".into()), None);
    leaf.header_key = true;
    assert!(variant(&leaf, None).unwrap_err().internal);
    let own = variant(&leaf, Some(&secret("sk-client"))).unwrap().unwrap();
    assert_eq!(own.key.unwrap().expose(), "sk-client");
    // One in the config is nearer than one in the headers.
    leaf.api_key = Some(secret("sk-config"));
    let own = variant(&leaf, Some(&secret("sk-client"))).unwrap().unwrap();
    assert_eq!(own.key.unwrap().expose(), "sk-config");
    // One that is meant for nobody goes nowhere.
    let mut plain = Leaf::plain("config", Some("p".into()), None);
    assert!(variant(&plain, Some(&secret("sk-client"))).unwrap().is_none());
    plain.custom_host = Some(Url::parse("https://llm.example").unwrap());
    assert!(variant(&plain, Some(&secret("sk-client"))).unwrap().unwrap().key.is_none());
}
