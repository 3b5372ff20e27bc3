//! Who may deliver a result, and who may fetch one.

use super::*;

#[tokio::test]
async fn nothing_is_taken_that_is_not_signed_with_a_secret() {
    let bench = Bench::new(vec![queued("r1"), Reply::json(500, "{}")]).await;
    bench.submit().await;
    let body = result("r1");
    for (name, signature, status) in [
        ("hook", String::new(), 401),
        ("hook", "v1=".to_owned() + &"0".repeat(64), 401),
        ("hook", signature(&["whsec_wrong"], &body), 401),
        ("hook", signature(&[SECRET], &result("r2")), 401),
        ("hook", signature(&[SECRET], &body).replace("v1=", "v2="), 401),
        ("hooks", signature(&[SECRET], &body), 404),
        ("hooks", String::new(), 404),
    ] {
        let response = bench.deliver_as(name, &body, &signature).await;
        assert_eq!(response.status(), status, "{name} {signature}");
        let told = response.text().await.unwrap();
        assert!(!told.contains("whsec") && !told.contains("Hello"), "{told}");
    }
    // The gateway's key is no signature.
    let ask = bench.served.ask("/v1/receivers/hook", &body).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(ask.status(), 401);
    let (code, told) = bench.fetch("up/r1").await;
    assert_eq!(code, 202, "{told}");
    assert!(told["upstream"]["error"].is_string(), "a status that can't be had is no failure: {told}");
    assert_eq!((bench.counted("unsigned").await, bench.counted("forged").await), (4, 4));
    assert_eq!(bench.counted("received").await, 0);
}

#[tokio::test]
async fn while_secrets_are_rotated_both_are_good() {
    let bench = Bench::new(["r1", "r2", "r3"].map(queued).to_vec()).await;
    for (id, secrets) in [("r1", &[SECRET][..]), ("r2", &[OLDER]), ("r3", &["whsec_newest", OLDER])] {
        assert_eq!(bench.submit().await, id);
        let body = result(id);
        assert_eq!(bench.deliver_as("hook", &body, &signature(secrets, &body)).await.status(), 200, "{id}");
        assert_eq!(bench.fetch(&format!("up/{id}")).await.0, 200, "{id}");
    }
}

#[tokio::test]
async fn a_delivery_is_of_this_time() {
    let bench = Bench::new(vec![queued("r1"), Reply::json(200, "{}")]).await;
    bench.submit().await;
    let (now, data) = (SystemTime::now(), json!("Hi"));
    for time in [now - Duration::from_secs(310), now + Duration::from_secs(120)] {
        assert_eq!(bench.deliver(&delivery("r1", time, data.clone())).await.status(), 401);
    }
    let mut timeless = result("r1");
    timeless.as_object_mut().unwrap().remove("time");
    assert_eq!(bench.deliver(&timeless).await.status(), 400);
    assert_eq!(bench.fetch("up/r1").await.0, 202);
    assert_eq!((bench.counted("untimely").await, bench.counted("malformed").await), (2, 1));
    assert_eq!(bench.deliver(&delivery("r1", now - Duration::from_secs(290), data)).await.status(), 200);
    assert_eq!(bench.fetch("up/r1").await.1["text"], "Hi");
}

#[tokio::test]
async fn the_same_delivery_counts_once() {
    let bench = Bench::new(vec![queued("r1")]).await;
    bench.submit().await;
    let body = result("r1");
    for _ in 0..3 {
        assert_eq!(bench.deliver(&body).await.status(), 200);
    }
    let another = delivery("r1", SystemTime::now(), json!("something else"));
    assert_eq!(bench.deliver(&another).await.status(), 200);
    assert_eq!(bench.fetch("up/r1").await.1["result"], body);
    assert_eq!((bench.counted("received").await, bench.counted("repeated").await), (1, 3));
}

#[tokio::test]
async fn only_who_submitted_it_gets_the_result() {
    let bench = Bench::new(vec![queued("r1")]).await;
    bench.submit().await;
    bench.deliver(&result("r1")).await;
    for (method, key) in [(Method::GET, OTHER), (Method::DELETE, OTHER), (Method::GET, FEW)] {
        assert_eq!(bench.ask(method.clone(), key, "up/r1").await.0, 404, "{method} {key}");
    }
    assert_eq!(bench.ask(Method::GET, "wrong-key-0123456789", "up/r1").await.0, 401);
    assert_eq!(bench.ask(Method::GET, MATE, "up/r1").await.0, 200, "of the same tenant");
    assert_eq!(bench.fetch("up/r2").await.0, 404);
    assert_eq!(bench.fetch("down/r1").await.0, 404);
    assert_eq!(bench.fetch("up/r1?wait=9h").await.0, 400);
    let (unknown, others) =
        (bench.ask(Method::GET, OTHER, "up/r0").await.1, bench.ask(Method::GET, OTHER, "up/r1").await.1);
    assert_eq!(unknown.to_string().replace("r0", "r1"), others.to_string(), "as if there were none");
}

#[tokio::test]
async fn a_receiver_for_nobody_or_without_its_secret_stops_the_gateway() {
    let plugins = jackfield_e2e::plugin("baseten");
    let plugins = plugins.parent().unwrap().display().to_string();
    for (receiver, part) in [
        (
            "provider = \"upp\"\nsecret = { file = \"secret\" }",
            "no provider is named \"upp\"; did you mean \"up\"?",
        ),
        ("provider = \"up\"\nsecret = { file = \"nothing\" }", "[server.receivers.hook] secret"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        let file = folder.path().join("jackfield.toml");
        let up = "[providers.up]\npreset = \"baseten-dedicated\"";
        let config = format!("[plugins]\ndir = \"{plugins}\"\n\n{up}\n[server.receivers.hook]\n{receiver}\n");
        std::fs::write(&file, config).unwrap();
        let config = jackfield::Config::read(&jackfield::Places::of_process(), &file).unwrap();
        let host = jackfield_e2e::guests::builder(4).build().unwrap();
        let jackfield = jackfield::Jackfield::builder(config).host(host).open().unwrap();
        let error = jackfield::gateway::gateway(&jackfield).await.map(|_| ()).unwrap_err();
        let told = jackfield_e2e::guests::chain(&error);
        assert!(told.contains(part), "{told}");
    }
}
