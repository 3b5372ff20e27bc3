//! Streams that stop, break or report a failure in their middle. What came
//! before is the caller's.

use jackfield_runtime::CallError;
use jackfield_runtime::api::types::ErrorKind;
use jackfield_runtime::error::Phase;

use crate::{PLUGINS, Reply, Step, Trial, good};

/// A stream that begins well.
fn begun(plugin: &str) -> Reply {
    Reply::events().send(good::beginning(plugin))
}

/// Half of one more event.
fn half(plugin: &str) -> String {
    let whole = good::text(plugin, "two");
    whole[..whole.len() / 2].to_owned()
}

#[tokio::test]
async fn half_an_event_and_then_silence_ends_by_the_idle_timeout() {
    for plugin in PLUGINS {
        let reply = begun(plugin).send(half(plugin)).then(Step::Hang);
        let trial = Trial::new(plugin, vec![reply], "timeouts.idle = \"300ms\"").await;
        let failure = trial.stream().await;
        failure.is(ErrorKind::Timeout, &["300 ms", "timeouts.idle"]);
        assert!(matches!(failure.error, CallError::Timeout { phase: Phase::Idle, .. }));
        assert_eq!(failure.text(), "one ");
        trial.nothing_stays_open().await;
    }
}

#[tokio::test]
async fn half_a_first_event_and_then_silence_ends_by_the_first_token_timeout() {
    for plugin in PLUGINS {
        let reply = Reply::events().send(half(plugin)).then(Step::Hang);
        let trial = Trial::new(plugin, vec![reply], "timeouts.first-token = \"300ms\"").await;
        trial.stream().await.is(ErrorKind::Timeout, &["timeouts.first-token"]);
        trial.nothing_stays_open().await;
    }
}

/// Comments keep a connection alive; they are no answer.
#[tokio::test]
async fn keep_alive_comments_without_end_do_not_put_the_deadlines_off() {
    for plugin in PLUGINS {
        let beat = Step::Drip(b": keep-alive\n\n".to_vec(), std::time::Duration::from_millis(20));
        let replies = vec![Reply::events().then(beat.clone()), begun(plugin).then(beat)];
        let lines = "timeouts = { first-token = \"300ms\", idle = \"300ms\" }";
        let trial = Trial::new(plugin, replies, lines).await;
        trial.stream().await.is(ErrorKind::Timeout, &["timeouts.first-token"]);
        trial.stream().await.is(ErrorKind::Timeout, &["timeouts.idle"]);
        trial.nothing_stays_open().await;
    }
}

#[tokio::test]
async fn half_an_event_and_then_the_end_is_no_answer() {
    for plugin in PLUGINS {
        let trial = Trial::new(plugin, vec![begun(plugin).send(half(plugin))], "").await;
        let failure = trial.stream().await;
        failure.is(ErrorKind::BadUpstreamAnswer, &["ended inside the server-sent event", "byte"]);
        assert_eq!(failure.text(), "one ");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_a_stream_is_unavailable() {
    for plugin in PLUGINS {
        let beginning = good::beginning(plugin);
        let reply = Reply::head(200, "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n")
            .send(format!("{:x}\r\n{beginning}\r\n", beginning.len()))
            .then(Step::Close);
        let trial = Trial::new(plugin, vec![reply], "").await;
        let failure = trial.stream().await;
        failure.is(ErrorKind::Unavailable, &["the exchange with 127.0.0.1:", "broke"]);
        assert_eq!(failure.text(), "one ");
    }
}

#[tokio::test]
async fn a_stream_that_ends_without_its_last_event_is_no_answer() {
    for (plugin, missing) in [("openai", "[DONE]"), ("anthropic", "message_stop")] {
        let trial = Trial::new(plugin, vec![begun(plugin)], "").await;
        let failure = trial.stream().await;
        failure.is(ErrorKind::BadUpstreamAnswer, &["ended without", missing]);
        assert_eq!(failure.text(), "one ");
    }
}

#[tokio::test]
async fn an_event_that_is_no_json_is_shown() {
    for plugin in PLUGINS {
        let trial = Trial::new(plugin, vec![begun(plugin).send("data: {oops}\n\n")], "").await;
        let failure = trial.stream().await;
        failure.is(ErrorKind::BadUpstreamAnswer, &["{oops}", "column"]);
        assert_eq!(failure.text(), "one ");
    }
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_has_its_own_kind() {
    for plugin in PLUGINS {
        let reply = begun(plugin).send(good::error_event(plugin)).send(good::text(plugin, "two"));
        let trial = Trial::new(plugin, vec![reply], "").await;
        let failure = trial.stream().await;
        failure.is(ErrorKind::Overloaded, &["busy today"]);
        assert_eq!(failure.text(), "one ", "nothing comes behind the error");
    }
}

#[tokio::test]
async fn an_error_as_the_first_event_is_an_error() {
    for plugin in PLUGINS {
        let trial = Trial::new(plugin, vec![Reply::events().send(good::error_event(plugin))], "").await;
        trial.stream().await.is(ErrorKind::Overloaded, &["busy today"]);
    }
}

#[tokio::test]
async fn an_error_of_status_200_that_is_no_stream_is_an_error_all_the_same() {
    for plugin in PLUGINS {
        let body = match plugin {
            "openai" => good::error_body(plugin, "rate_limit_exceeded", "too fast"),
            _ => good::error_body(plugin, "rate_limit_error", "too fast"),
        };
        let trial = Trial::new(plugin, vec![Reply::json(200, &body)], "").await;
        for failure in trial.both().await {
            failure.is(ErrorKind::RateLimited, &["too fast"]);
        }
    }
}
