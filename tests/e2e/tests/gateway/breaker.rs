//! Circuit breakers and sticky balancing, seen from the upstreams: who is asked,
//! and who is left alone.

use std::time::Duration;

use jackfield_e2e::gateway::provider;
use jackfield_e2e::{Reply, Script, Served};

use crate::header;
use crate::wire::OPENAI;

/// Two upstreams, `a` and `b`, behind these routes.
struct Two {
    a: Script,
    b: Script,
    served: Served,
}

impl Two {
    async fn new(a: Vec<Reply>, b: Vec<Reply>, routes: &str) -> Self {
        let (a, b) = (Script::start(a).await, Script::start(b).await);
        let config = [
            provider("a", "openai", &a.origin(), ""),
            provider("b", "openai", &b.origin(), ""),
            routes.to_owned(),
        ];
        Self { served: Served::start(&config.concat()).await, a, b }
    }

    async fn ask(&self, model: &str) -> reqwest::Response {
        self.served.post(OPENAI.path, &OPENAI.request(model)).await
    }

    fn asked(&self) -> (usize, usize) {
        (self.a.requests().len(), self.b.requests().len())
    }
}

#[tokio::test]
async fn a_target_that_keeps_failing_is_left_alone_tried_once_and_taken_back() {
    let fails = || Reply::json(500, "{}");
    let route = "[routes.r]\nstrategy = \"fallback\"\ntargets = [{ model = \"a/m\", \
                 breaker = { failures = 3, cooldown = \"400ms\" } }, { model = \"b/m\" }]\n";
    // Three failures open it; the trial fails, the next one is good.
    let two =
        Two::new(vec![fails(), fails(), fails(), fails(), OPENAI.reply("a")], vec![OPENAI.reply("b")], route)
            .await;
    for number in 1..=3 {
        let response = two.ask("r").await;
        assert_eq!((response.status().as_u16(), header(&response, "x-jackfield-provider")), (200, "b"));
        assert_eq!(two.asked(), (number, number));
    }
    for number in 4..=10 {
        let response = two.ask("r").await;
        assert_eq!(header(&response, "x-jackfield-attempts"), "1");
        assert_eq!(two.asked(), (3, number), "it is open");
    }
    tokio::time::sleep(Duration::from_millis(450)).await;
    for number in 11..=13 {
        assert_eq!(header(&two.ask("r").await, "x-jackfield-provider"), "b");
        assert_eq!(two.asked(), (4, number), "one trial, and open again");
    }
    tokio::time::sleep(Duration::from_millis(450)).await;
    for number in 5..=8 {
        assert_eq!(header(&two.ask("r").await, "x-jackfield-provider"), "a");
        assert_eq!(two.asked(), (number, 13), "it is closed");
    }
}

/// Of many requests at once, one alone finds out how a target fares.
#[tokio::test]
async fn the_trial_of_an_open_breaker_is_one_request() {
    let route = "[routes.r]\nstrategy = \"fallback\"\ntargets = [{ model = \"a/m\", \
                 breaker = { failures = 1, cooldown = \"300ms\" } }, { model = \"b/m\" }]\n";
    let slow = Reply::default().then(jackfield_e2e::Step::Pause(Duration::from_millis(300)));
    let slow = Reply([slow.0, Reply::json(500, "{}").0].concat());
    let two = Two::new(vec![Reply::json(500, "{}"), slow], vec![OPENAI.reply("b")], route).await;
    assert_eq!(two.ask("r").await.status(), 200);
    tokio::time::sleep(Duration::from_millis(350)).await;
    let answers = futures_util::future::join_all((0..20).map(|_| two.ask("r"))).await;
    assert!(answers.iter().all(|response| response.status() == 200));
    assert_eq!(two.asked(), (2, 21));
}

/// A stream that breaks in its middle counts against its target as well.
#[tokio::test]
async fn streams_that_break_open_a_breaker() {
    let route = "[routes.r]\nstrategy = \"fallback\"\ntargets = [{ model = \"a/m\", \
                 breaker = { failures = 2, cooldown = \"60s\" } }, { model = \"b/m\" }]\n";
    let broken = Reply::events().send(OPENAI.events(&["x", "y"])[..2].concat());
    let whole = crate::wire::sse(&OPENAI.events(&["b"]));
    let two = Two::new(vec![broken], vec![whole], route).await;
    for _ in 0..2 {
        let response = two.served.post(OPENAI.path, &OPENAI.streamed("r")).await;
        assert_eq!(header(&response, "x-jackfield-provider"), "a");
        assert!(OPENAI.stream_error(&response.text().await.unwrap()).is_some());
    }
    let response = two.served.post(OPENAI.path, &OPENAI.streamed("r")).await;
    assert_eq!(header(&response, "x-jackfield-provider"), "b");
    assert_eq!(two.asked(), (2, 1));
}

#[tokio::test]
async fn where_all_targets_are_left_alone_none_is() {
    let route = "[routes.r]\nstrategy = \"fallback\"\nbreaker = { failures = 1, cooldown = \"60s\" }\n\
                 targets = [{ model = \"a/m\" }, { model = \"b/m\" }]\n";
    let two =
        Two::new(vec![Reply::json(500, "{}"), OPENAI.reply("a")], vec![Reply::json(500, "{}")], route).await;
    assert_eq!(two.ask("r").await.status(), 500);
    assert_eq!(two.ask("r").await.status(), 200);
    assert_eq!(two.asked(), (2, 1));
}

#[tokio::test]
async fn like_requests_stay_with_one_target_and_others_are_spread() {
    let replies = || vec![OPENAI.reply("x")];
    let two = Two::new(replies(), replies(), "").await;
    let config =
        r#"{"strategy":{"mode":"loadbalance","sticky":{"hash_fields":["metadata._user","headers.x-team"]}},
        "targets":[{"provider":"a"},{"provider":"b"}]}"#
            .replace('\n', "");
    let mut used = std::collections::BTreeMap::<String, usize>::new();
    for user in 0..24 {
        let mut first = None;
        for _ in 0..5 {
            let ask = two.served.ask(OPENAI.path, &OPENAI.request("m"));
            let ask = ask.header("x-portkey-config", &config).header("x-team", format!("team {}", user % 3));
            let response =
                ask.header("x-portkey-metadata", format!("{{\"_user\":\"{user}\"}}")).send().await.unwrap();
            assert_eq!(response.status(), 200);
            let provider = header(&response, "x-jackfield-provider").to_owned();
            assert_eq!(first.get_or_insert_with(|| provider.clone()), &provider, "user {user}");
        }
        *used.entry(first.unwrap()).or_default() += 1;
    }
    // By chance alone, one of 2^23 runs would send all to one.
    assert_eq!(used.len(), 2, "{used:?}");
}

/// A choice isn't kept to where its target is left alone.
#[tokio::test]
async fn a_target_that_fails_loses_those_who_stuck_to_it() {
    let fails = || vec![Reply::json(500, "{}")];
    let route = "[routes.r]\nstrategy = \"loadbalance\"\nsticky = { by = [\"params.user\"] }\n\
                 breaker = { failures = 1, cooldown = \"60s\" }\n\
                 targets = [{ model = \"a/m\" }, { model = \"b/m\", weight = 0 }]\n";
    let two = Two::new(fails(), vec![OPENAI.reply("b")], &route.replace(", weight = 0", "")).await;
    let mut request = OPENAI.request("r");
    let mut statuses = Vec::new();
    for user in 0..40 {
        request["user"] = serde_json::json!(format!("user {user}"));
        statuses.push(two.served.post(OPENAI.path, &request).await.status().as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 500).count(), 1, "{statuses:?}");
    assert_eq!(two.asked().0, 1, "{statuses:?}");
}
