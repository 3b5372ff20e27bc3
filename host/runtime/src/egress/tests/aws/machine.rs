//! The credentials of a virtual machine, by version 2 of its metadata service.

use super::*;

/// The service, wherever it is.
fn machine() -> Base {
    Base::Instance { url: Url::parse("https://container.example/ignored?x=1").unwrap() }
}

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// No GET without a session's token.
#[test]
fn a_machine_begins_a_session_and_gets_the_keys_of_its_role() {
    run(async {
        let now = wall();
        let provider = minting(machine(), None, move |request, _| {
            let session = request.headers.get("x-aws-ec2-metadata-token");
            let session = session.map(|token| token.to_str().unwrap());
            let path = request.url.path();
            match (request.method.as_str(), path.strip_prefix(ROLES).unwrap_or(path), session) {
                ("PUT", "/latest/api/token", None) => {
                    assert_eq!(request.headers["x-aws-ec2-metadata-token-ttl-seconds"], "60");
                    Answer::new(200).chunk("session-token-0123")
                }
                ("GET", "", Some("session-token-0123")) => Answer::new(200).chunk("my-role\n"),
                ("GET", "my-role", Some("session-token-0123")) => {
                    let body = r#"{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIAMACHINE","SecretAccessKey":"minted-secret-m","Token":"minted-session-m","Expiration":"2027-01-15T14:00:00Z"}"#;
                    Answer::new(200).header("date", httpdate::fmt_http_date(now)).chunk(body)
                }
                (_, "/v1/chat", None) => Answer::new(200),
                asked => panic!("{asked:?}"),
            }
        });
        provider.send(get(CHAT)).await.unwrap();
        provider.send(get(CHAT)).await.unwrap();
        assert_eq!(signed_with(&provider), ("ASIAMACHINE".to_owned(), Some("minted-session-m".to_owned())));
        assert_eq!(provider.token_requests().len(), 3);
        assert!(provider.token_requests().iter().all(|(headers, _)| !headers.contains_key("authorization")));
        // What was given is looked for like everything that is minted.
        let error = provider.send(post(CHAT, "minted-secret-m")).await.unwrap_err();
        assert_eq!(error.rule, Some(Rule::Secret));
    });
}

#[test]
fn a_machine_without_a_role_and_odd_answers_are_errors_in_words() {
    let html = "<html>";
    let denied = r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role my-role.","LastUpdated":"x"}"#;
    let coded = r#"{"Code":"AssumeRoleUnauthorizedAccess","AccessKeyId":"ASIAOLD"}"#;
    for (status, token, role, keys, words) in [
        (404, "session-token-0123", "my-role", html, "check that its instance has a role"),
        (403, "session-token-0123", "my-role", html, "is switched on for it"),
        (200, "", "my-role", html, "no token"),
        (200, "a\u{1}b", "my-role", html, "can't stand in a header"),
        (200, "session-token-0123", "", html, "no name of a role"),
        (200, "session-token-0123", "../../user-data", html, "isn't the name of a role"),
        (200, "session-token-0123", "..", html, "isn't the name of a role"),
        (200, "session-token-0123", "my-role", html, "isn't the JSON of credentials"),
        (
            200,
            "session-token-0123",
            "my-role",
            denied,
            "answered 200 (AssumeRoleUnauthorizedAccess: EC2 cannot assume the role my-role.)",
        ),
        (200, "session-token-0123", "my-role", coded, "(AssumeRoleUnauthorizedAccess)"),
        (200, "session-token-0123", "my-role", r#"{"Code":"Success"}"#, "no AccessKeyId"),
        (200, "session-token-0123", "my-role", r#"{"Code":null}"#, "no AccessKeyId"),
    ] {
        let provider = minting(machine(), None, move |request, _| match request.method.as_str() {
            "PUT" => Answer::new(200).chunk(token),
            _ if request.url.path() == ROLES => Answer::new(status).chunk(role),
            _ => Answer::new(200).chunk(keys),
        });
        let error = run(provider.send(get(CHAT))).unwrap_err();
        assert!(error.message.contains(words) && !error.sent, "{words}: {error}");
        let sent = provider.net.sent.lock().unwrap();
        let known = ["/latest/api/token".to_owned(), ROLES.to_owned(), format!("{ROLES}my-role")];
        assert!(sent.iter().all(|request| known.contains(&request.url.path().to_owned())), "{sent:?}");
    }
}

#[test]
fn what_is_asked_of_a_machines_service_is_granted_by_its_methods() {
    let mint = |base| AwsMint {
        base,
        role: None,
        sts_url: Url::parse(STS).unwrap(),
        region: "eu-west-1".to_owned(),
        clock: Arc::new(HandClock::new()),
    };
    let asked = |base| {
        let endpoints = mint(base).endpoints().unwrap();
        endpoints.into_iter().map(|endpoint| endpoint.method).collect::<Vec<_>>()
    };
    assert_eq!(asked(machine()), [Method::PUT, Method::GET]);
    let container = Base::Container { url: Url::parse(CONTAINER).unwrap(), token: None };
    assert_eq!(asked(container), [Method::GET]);
    let endpoints = mint(machine()).endpoints().unwrap();
    let [token, roles] = &endpoints[..] else { panic!("{endpoints:?}") };
    for (methods, of_token, of_roles) in [
        (&["GET"][..], Some(Rule::Method), None),
        (&["PUT"], None, Some(Rule::Method)),
        (&["GET", "PUT"], None, None),
    ] {
        let methods = Methods::from_names(methods.iter().copied()).unwrap();
        let origin = "https://container.example".parse().unwrap();
        let grant = Granted { methods: Some(methods), ..Granted::origin(origin) };
        let policy = Policy::new("acme", vec![], vec![grant], vec![]).unwrap();
        let broken = [token, roles].map(|endpoint| policy.check_host(endpoint).err());
        let broken = broken.map(|refusal| refusal.map(|refusal| refusal.rule));
        assert_eq!(broken, [of_token, of_roles], "{methods}");
    }
}
