//! Answers of a good status that aren't what the protocol says.

use jackfield_runtime::api::types::ErrorKind;

use crate::{PLUGINS, Reply, Trial, good};

const PAGE: &str = "<!DOCTYPE html>\n<title>Sign in</title>\n<p>Who are you?";

/// The same bad answer to a plain call and to a streamed one.
async fn bad(plugin: &'static str, reply: Reply, says: &[&str]) {
    let trial = Trial::new(plugin, vec![reply.clone(), reply, good::reply(plugin)], "").await;
    for failure in trial.both().await {
        failure.is(ErrorKind::BadUpstreamAnswer, says);
    }
    trial.answers().await;
    assert_eq!(trial.provider.idle_instances(), 1, "{plugin}: a bad answer is no fault of the instance");
}

#[tokio::test]
async fn a_web_page_is_named_by_its_title_and_points_to_the_base_url() {
    for plugin in PLUGINS {
        bad(
            plugin,
            Reply::of(200, "text/html; charset=utf-8", PAGE),
            &["200", "Sign in", "point at the API"],
        )
        .await;
    }
}

#[tokio::test]
async fn an_answer_without_a_body_says_so() {
    for plugin in PLUGINS {
        bad(plugin, Reply::of(200, "application/json", ""), &["200", "empty"]).await;
        let trial = Trial::new(plugin, vec![Reply::head(204, "")], "").await;
        let [whole, stream] = trial.both().await;
        whole.is(ErrorKind::BadUpstreamAnswer, &["204", "empty"]);
        stream.is(ErrorKind::BadUpstreamAnswer, &["ended without"]);
    }
}

#[tokio::test]
async fn an_empty_stream_says_so() {
    for plugin in PLUGINS {
        let trial = Trial::new(plugin, vec![Reply::of(200, "text/event-stream", "")], "").await;
        trial.stream().await.is(ErrorKind::BadUpstreamAnswer, &["ended without"]);
    }
}

#[tokio::test]
async fn json_that_is_cut_off_is_shown_with_its_place() {
    for plugin in PLUGINS {
        let body = good::answer(plugin).to_string();
        for length in [1, body.len() / 2, body.len() - 1] {
            let reply = Reply::json(200, &body[..length]);
            let trial = Trial::new(plugin, vec![reply, good::reply(plugin)], "").await;
            trial.whole().await.is(ErrorKind::BadUpstreamAnswer, &["200", "EOF", "column"]);
            trial.answers().await;
        }
    }
}

#[tokio::test]
async fn json_of_another_shape_is_refused() {
    for plugin in PLUGINS {
        for body in
            ["{}", "[]", "null", "7", "\"text\"", "{\"hello\":\"world\"}", "{\"choices\":7,\"content\":7}"]
        {
            let trial = Trial::new(plugin, vec![Reply::json(200, body), good::reply(plugin)], "").await;
            trial.whole().await.is(ErrorKind::BadUpstreamAnswer, &[]);
            trial.answers().await;
        }
    }
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_refused_whole_and_in_an_event() {
    for plugin in PLUGINS {
        let spoil = |text: String| {
            let mut bytes = text.into_bytes();
            let at = bytes.windows(3).position(|three| three == b"one").unwrap();
            bytes[at] = 0xff;
            bytes
        };
        let body = spoil(good::answer(plugin).to_string());
        let head = format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        let events = Reply::events().send(spoil(good::beginning(plugin)));
        let trial = Trial::new(plugin, vec![Reply::head(200, &head).send(body), events], "").await;
        let [whole, stream] = trial.both().await;
        whole.is(ErrorKind::BadUpstreamAnswer, &["200", "utf-8"]);
        stream.is(ErrorKind::BadUpstreamAnswer, &["isn't UTF-8 at byte"]);
    }
}

#[tokio::test]
async fn json_nested_beyond_measure_harms_nobody() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for plugin in PLUGINS {
        let event = Reply::events().send(format!("data: {deep}\n\n"));
        let trial = Trial::new(plugin, vec![Reply::json(200, &deep), event, good::reply(plugin)], "").await;
        for failure in trial.both().await {
            failure.is(ErrorKind::BadUpstreamAnswer, &[]);
        }
        trial.answers().await;
        assert_eq!(trial.provider.idle_instances(), 1, "{plugin}: no crash");
    }
}

/// A field that nobody knows is passed on as it is, so it must not hurt the
/// plugin, and where it isn't passed on the error must say why.
#[tokio::test]
async fn a_deeply_nested_field_that_nobody_knows_harms_nobody() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for plugin in PLUGINS {
        let body = good::answer(plugin).to_string().replacen('{', &format!("{{\"strange\":{deep},"), 1);
        let trial = Trial::new(plugin, vec![Reply::json(200, &body), good::reply(plugin)], "").await;
        let context = jackfield_runtime::CallContext::default();
        match trial.provider.chat(&context, jackfield_e2e::chat("m", "hello")).await {
            Ok(answer) => assert_eq!(jackfield_e2e::text_of(&answer), good::TEXT),
            Err(error) => assert_eq!(error.kind(), ErrorKind::BadUpstreamAnswer, "{error}"),
        }
        trial.answers().await;
        assert_eq!(trial.provider.idle_instances(), 1, "{plugin}: no crash");
    }
}

/// Nothing asks for a content encoding, and nothing here decodes one: a small
/// answer could become a large one.
#[tokio::test]
async fn a_compressed_answer_that_nobody_asked_for_is_named() {
    // The first bytes of every gzip file; what follows could be anything.
    let mut bomb = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    bomb.resize(4096, 0);
    for plugin in PLUGINS {
        for (kind, coding) in [("application/json", "gzip"), ("text/event-stream", "br")] {
            let head = format!(
                "content-type: {kind}\r\ncontent-encoding: {coding}\r\ncontent-length: {}\r\n",
                bomb.len()
            );
            let reply = Reply::head(200, &head).send(bomb.clone());
            let failures = Trial::new(plugin, vec![reply], "").await.both().await;
            for failure in failures {
                failure.is(ErrorKind::BadUpstreamAnswer, &[&format!("content-encoding: {coding}")]);
            }
        }
    }
}

#[tokio::test]
async fn no_encoding_is_asked_for() {
    for plugin in PLUGINS {
        let trial = Trial::new(plugin, vec![good::reply(plugin)], "").await;
        trial.answers().await;
        let request = trial.upstream.requests().remove(0).to_lowercase();
        let asked = request.lines().find(|line| line.starts_with("accept-encoding"));
        assert!(asked.is_none_or(|line| line == "accept-encoding: identity"), "{asked:?}");
    }
}
