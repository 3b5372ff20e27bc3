//! Answers that are larger than anybody has memory for, or never end.

use std::time::Duration;

use jackfield_runtime::api::types::ErrorKind;

use crate::{PLUGINS, Reply, Step, Trial, good};

#[tokio::test]
async fn headers_beyond_measure_are_refused() {
    let long = format!("x-long: {}\r\n", "x".repeat(10 << 20));
    let many: String = (0..10_000).map(|number| format!("x-{number}: 1\r\n")).collect();
    // Under what the client buffers and over what the provider may send.
    let moderate = format!("x-long: {}\r\n", "x".repeat(100 << 10));
    for plugin in PLUGINS {
        for headers in [&long, &many, &moderate] {
            let body = good::answer(plugin).to_string();
            let head =
                format!("{headers}content-type: application/json\r\ncontent-length: {}\r\n", body.len());
            let reply = Reply::head(200, &head).send(body);
            let trial = Trial::new(plugin, vec![reply], "").await;
            for failure in trial.both().await {
                failure.is(
                    ErrorKind::BadUpstreamAnswer,
                    &["headers too large", "127.0.0.1", "65536 bytes", "limits.header"],
                );
            }
        }
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_at_the_limit() {
    for plugin in PLUGINS {
        let head = Reply::head(200, "content-type: application/json\r\nconnection: close\r\n");
        let reply = head.send("{\"id\":\"").then(Step::Endless(vec![b'x'; 65536]));
        let trial = Trial::new(plugin, vec![reply], "limits.response = \"1 MiB\"").await;
        for failure in trial.both().await {
            failure.is(ErrorKind::BadUpstreamAnswer, &["1048576 bytes", "limits.response"]);
        }
        trial.nothing_stays_open().await;
    }
}

#[tokio::test]
async fn an_error_without_end_is_still_that_error() {
    for plugin in PLUGINS {
        let head = Reply::head(429, "content-type: application/json\r\nretry-after: 3\r\n");
        let reply = head.then(Step::Endless(vec![b'x'; 65536]));
        let trial = Trial::new(plugin, vec![reply], "limits.response = \"1 MiB\"").await;
        for failure in trial.both().await {
            failure.is(ErrorKind::RateLimited, &["429"]);
            assert_eq!(failure.record().retry_after_ms, Some(3000), "{failure:?}");
        }
        trial.nothing_stays_open().await;
    }
}

#[tokio::test]
async fn an_event_without_end_is_cut_at_the_limit_of_one_event() {
    for plugin in PLUGINS {
        let reply = Reply::events().send(good::beginning(plugin)).send("data: ");
        let trial = Trial::new(plugin, vec![reply.then(Step::Endless(vec![b'x'; 65536]))], "").await;
        let failure = trial.stream().await;
        failure.is(ErrorKind::BadUpstreamAnswer, &["server-sent event", "4194304 bytes"]);
        assert_eq!(failure.text(), "one ");
        trial.nothing_stays_open().await;
    }
}

#[tokio::test]
async fn events_without_end_are_cut_at_the_limit_of_the_answer() {
    for plugin in PLUGINS {
        let more = good::text(plugin, "x").repeat(50).into_bytes();
        let reply = Reply::events().send(good::beginning(plugin)).then(Step::Endless(more));
        let trial = Trial::new(plugin, vec![reply], "limits.response = \"256 KiB\"").await;
        let failure = trial.stream().await;
        failure.is(ErrorKind::BadUpstreamAnswer, &["262144 bytes", "limits.response"]);
        assert!(failure.text().len() > 500, "{}", failure.text().len());
        trial.nothing_stays_open().await;
    }
}

#[tokio::test]
async fn events_without_end_stop_at_the_total_deadline_however_lively_they_are() {
    for plugin in PLUGINS {
        let more = Step::Drip(good::text(plugin, "x").into_bytes(), Duration::from_millis(20));
        let reply = Reply::events().send(good::beginning(plugin)).then(more);
        let trial = Trial::new(plugin, vec![reply], "timeouts.total = \"500ms\"").await;
        let failure = trial.stream().await;
        failure.is(ErrorKind::Timeout, &["500 ms", "timeouts.total"]);
        assert!(failure.text().len() > 5, "{}", failure.text());
        trial.nothing_stays_open().await;
    }
}
