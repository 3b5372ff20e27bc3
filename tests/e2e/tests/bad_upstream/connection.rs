//! Upstreams that can't be reached, fall silent or hang up.

use jackfield_runtime::CallError;
use jackfield_runtime::api::types::ErrorKind;
use jackfield_runtime::error::Phase;

use crate::{PLUGINS, Reply, Step, Trial, bound, good, stream, whole};

const SHORT: &str = "timeouts = { total = \"900ms\", first-token = \"300ms\", idle = \"300ms\" }";

#[tokio::test]
async fn a_closed_port_is_named_and_nothing_was_sent() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    for plugin in PLUGINS {
        let (_host, provider) = bound(plugin, &format!("http://127.0.0.1:{port}"), "").await;
        for failure in [whole(plugin, &provider).await, stream(plugin, &provider).await] {
            let peer = format!("can't connect to 127.0.0.1:{port}");
            failure.unsent(ErrorKind::Unavailable, &[&peer, "refused", "check that it runs"]);
        }
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_named_and_nothing_was_sent() {
    for plugin in PLUGINS {
        let (_host, provider) = bound(plugin, "https://nowhere.invalid", "timeouts.total = \"20s\"").await;
        for failure in [whole(plugin, &provider).await, stream(plugin, &provider).await] {
            failure.unsent(ErrorKind::Unavailable, &["nowhere.invalid"]);
        }
    }
}

#[tokio::test]
async fn an_upstream_that_accepts_and_says_nothing_is_left_at_the_deadline() {
    for plugin in PLUGINS {
        let trial = Trial::new(plugin, vec![Reply::default().then(Step::Hang)], SHORT).await;
        let [whole, stream] = trial.both().await;
        whole.is(ErrorKind::Timeout, &["900 ms", "timeouts.total"]);
        stream.is(ErrorKind::Timeout, &["300 ms", "timeouts.first-token"]);
        assert!(matches!(stream.error, CallError::Timeout { phase: Phase::FirstToken, .. }));
        trial.nothing_stays_open().await;
    }
}

#[tokio::test]
async fn an_upstream_that_sends_a_head_and_nothing_more_is_left_at_the_deadline() {
    for plugin in PLUGINS {
        let json = Reply::head(200, "content-type: application/json\r\ncontent-length: 100\r\n");
        let events = Reply::events();
        let replies = vec![json.then(Step::Hang), events.then(Step::Hang)];
        let trial = Trial::new(plugin, replies, SHORT).await;
        let [whole, stream] = trial.both().await;
        whole.is(ErrorKind::Timeout, &["timeouts.total"]);
        stream.is(ErrorKind::Timeout, &["timeouts.first-token"]);
        trial.nothing_stays_open().await;
    }
}

#[tokio::test]
async fn an_upstream_that_hangs_up_without_an_answer_is_unavailable() {
    for plugin in PLUGINS {
        let trial = Trial::new(plugin, vec![Reply::default().then(Step::Close)], "").await;
        for failure in trial.both().await {
            failure.is(ErrorKind::Unavailable, &["the exchange with 127.0.0.1:", "broke"]);
        }
    }
}

#[tokio::test]
async fn an_upstream_that_dies_behind_its_head_is_unavailable() {
    for plugin in PLUGINS {
        let json = Reply::head(200, "content-type: application/json\r\ncontent-length: 100\r\n");
        let events = Reply::head(200, "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n");
        let trial = Trial::new(plugin, vec![json.then(Step::Close), events.then(Step::Close)], "").await;
        for failure in trial.both().await {
            failure.is(ErrorKind::Unavailable, &["the exchange with 127.0.0.1:", "broke"]);
        }
    }
}

#[tokio::test]
async fn an_upstream_that_does_not_speak_http_is_unavailable() {
    for plugin in PLUGINS {
        for greeting in ["SSH-2.0-OpenSSH_9.9\r\n", "220 mail.example ESMTP\r\n", "\0\0\0\u{1}"] {
            let reply = Reply::default().send(greeting).then(Step::Close);
            for failure in Trial::new(plugin, vec![reply], "").await.both().await {
                failure.is(ErrorKind::Unavailable, &["the exchange with 127.0.0.1:", "broke"]);
            }
        }
    }
}

/// Whoever sends a paid request twice pays twice: where a connection that was
/// kept breaks, the answer may have been on its way.
#[tokio::test]
async fn a_request_is_not_sent_again_behind_the_callers_back() {
    for plugin in PLUGINS {
        let trial =
            Trial::new(plugin, vec![good::reply(plugin), Reply::default().then(Step::Close)], "").await;
        trial.answers().await;
        trial.whole().await.is(ErrorKind::Unavailable, &["broke"]);
        assert_eq!(trial.upstream.requests().len(), 2, "{plugin}");
    }
}

#[tokio::test]
async fn a_body_shorter_than_its_length_is_unavailable_and_the_next_call_is_answered() {
    for plugin in PLUGINS {
        let body = good::answer(plugin).to_string();
        let head = format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len() + 7);
        let short = Reply::head(200, &head).send(body).then(Step::Close);
        let trial = Trial::new(plugin, vec![short, good::reply(plugin)], "").await;
        trial.whole().await.is(ErrorKind::Unavailable, &["the exchange with 127.0.0.1:", "broke"]);
        trial.answers().await;
    }
}

/// What lies behind the length would be the next caller's answer.
#[tokio::test]
async fn what_follows_a_body_longer_than_its_length_is_nobodys_answer() {
    for plugin in PLUGINS {
        let body = good::answer(plugin).to_string();
        let foreign = body.replace(good::TEXT, "somebody else's");
        let half = body.len() / 2;
        let head = format!("content-type: application/json\r\ncontent-length: {half}\r\n");
        let smuggled = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{foreign}",
            foreign.len()
        );
        let long = Reply::head(200, &head).send([&body.as_bytes()[..half], smuggled.as_bytes()].concat());
        let trial = Trial::new(plugin, vec![long, good::reply(plugin)], "").await;
        trial.whole().await.is(ErrorKind::BadUpstreamAnswer, &["200"]);
        trial.answers().await;
    }
}

#[tokio::test]
async fn two_lengths_that_differ_are_no_answer() {
    for plugin in PLUGINS {
        let body = good::answer(plugin).to_string();
        let head = format!(
            "content-type: application/json\r\ncontent-length: {}\r\ncontent-length: 3\r\n",
            body.len()
        );
        let trial = Trial::new(plugin, vec![Reply::head(200, &head).send(body)], "").await;
        trial.whole().await.is(ErrorKind::Unavailable, &["broke"]);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_its_target_is_named() {
    for plugin in PLUGINS {
        for status in [301, 302, 303, 307, 308] {
            let target = jackfield_e2e::Script::start(vec![good::reply(plugin)]).await;
            let to = target.origin();
            let reply = Reply::head(status, &format!("location: {to}/v1\r\ncontent-length: 0\r\n"));
            for failure in Trial::new(plugin, vec![reply], "").await.both().await {
                failure.is(ErrorKind::BadUpstreamAnswer, &[&status.to_string(), &to, "base URL"]);
                assert_eq!(failure.record().status, Some(status), "{failure:?}");
            }
            assert_eq!(target.accepted(), 0);
        }
    }
}
