//! The real plugins before an upstream that quotes the key that it was sent.

use jackfield_e2e::{bind, host, plugin, text_of};
use jackfield_runtime::CallContext;
use serde_json::json;

use crate::{KEY, Reply, Script, chat, clean, log};

async fn calls(name: &str, replies: Vec<Reply>) -> (Vec<String>, Script) {
    log::keep();
    let upstream = Script::start(replies).await;
    let host = host();
    host.load_file(plugin(name)).unwrap();
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), KEY).unwrap();
    let origin = upstream.origin();
    let lines = format!(
        "plugin = \"{name}\"\nconfig.base-url = \"{origin}/v1\"\ngrant.origins = [\"{origin}\"]\n\
         secrets.api-key = {{ file = \"{}\" }}",
        secret.path().display()
    );
    let provider = bind(&host, "real", &lines).await;
    let context = CallContext::default();
    let mut shown = Vec::new();
    let whole = provider.chat(&context, chat("m", "hello")).await;
    shown.push(match whole {
        Ok(answer) => format!("{} {answer:?}", text_of(&answer)),
        Err(error) => format!("{error} {error:?} {:?}", error.to_record()),
    });
    match provider.stream_chat(&context, chat("m", "hello")).await {
        Err(error) => shown.push(format!("{error} {error:?} {:?}", error.to_record())),
        Ok(mut stream) => {
            while let Some(batch) = stream.next_batch().await {
                shown.push(match batch {
                    Ok(events) => format!("{events:?}"),
                    Err(error) => format!("{error} {error:?} {:?}", error.to_record()),
                });
            }
        }
    }
    (shown, upstream)
}

#[tokio::test]
async fn an_error_that_quotes_the_key_reaches_nobody_with_it() {
    for name in ["openai", "anthropic"] {
        let body = json!({
            "type": "error",
            "error": { "message": format!("Incorrect API key provided: {KEY}."), "type": KEY, "code": KEY, "param": KEY },
            "request_id": KEY,
        });
        for status in [200, 401, 500] {
            let reply = Reply::json(status, &body.to_string());
            let (shown, upstream) = calls(name, vec![reply]).await;
            assert!(upstream.requests().iter().all(|request| request.contains(KEY)), "the key was sent");
            for text in shown {
                clean(&format!("{name} {status}"), &text);
                assert!(text.contains("Incorrect API key provided: [redacted]"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_that_quotes_the_key_reaches_nobody_with_it() {
    let body = json!({
        "id": KEY, "type": "message", "role": "assistant", "model": "m",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": format!("it is {KEY}") }, "finish_reason": "stop" }],
        "content": [{ "type": "text", "text": format!("it is {KEY}") }],
        "stop_reason": "end_turn",
    });
    for name in ["openai", "anthropic"] {
        let (shown, _) = calls(name, vec![Reply::json(200, &body.to_string())]).await;
        assert!(shown[0].contains("it is [redacted]"), "{shown:?}");
        for text in shown {
            clean(name, &text);
        }
    }
    clean("the log", &log::all());
}
