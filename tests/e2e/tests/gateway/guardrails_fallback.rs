//! What guardrails say and where a fallback goes by it: 246, an answer that is
//! marked and let pass, and 446, one that is denied.

use jackfield_e2e::Reply;
use serde_json::{Value, json};

use crate::guardrails::no;
use crate::header;
use crate::portkey::Two;
use crate::wire::{OPENAI, WIRES, Wire, sse};

fn reply(stream: bool, text: &str) -> Reply {
    if stream { sse(&OPENAI.events(&[text])) } else { OPENAI.reply(text) }
}

/// One that marks, beside one that could deny, so that streams are held until
/// they are judged.
fn marks(word: &str) -> Value {
    let mut mark = no(word);
    mark["deny"] = json!(false);
    json!([mark, no("swordfish")])
}

fn fallback(statuses: &[u16], stage: &str, guards: Value) -> Value {
    json!({
        "strategy": { "mode": "fallback", "on_status_codes": statuses },
        "targets": [{ "provider": "a", stage: guards }, { "provider": "b" }],
    })
}

/// Status, text and the target that gave it.
async fn asked(two: &Two, wire: Wire, stream: bool, config: &Value) -> (u16, String, String) {
    let body = if stream { wire.streamed("m") } else { wire.request("m") };
    let ask = two.served.ask(wire.path, &body).header("x-portkey-config", config.to_string());
    let response = ask.send().await.unwrap();
    let (status, target) =
        (response.status().as_u16(), header(&response, "x-portkey-last-used-option-index").to_owned());
    let body = response.text().await.unwrap();
    let text = match (status, stream) {
        (446, _) => "denied".to_owned(),
        (_, true) => {
            assert!(wire.is_finished(&body), "{body}");
            wire.streamed_text(&body)
        }
        (_, false) => wire.text(&serde_json::from_str(&body).unwrap()).to_owned(),
    };
    (status, text, target)
}

#[tokio::test]
async fn a_marked_and_a_denied_answer_fall_over_where_their_status_is_listed_and_only_there() {
    let (first, second) = ("config.targets[0]".to_owned(), "config.targets[1]".to_owned());
    for wire in WIRES {
        for stream in [false, true] {
            let two = Two::new(vec![reply(stream, "from a")], vec![reply(stream, "from b")], "").await;
            for (stage, word) in [("input_guardrails", "hello"), ("output_guardrails", "from a")] {
                for (status, guards, kept) in
                    [(246, marks(word), "from a"), (446, json!([no(word)]), "denied")]
                {
                    let what = format!("{wire:?}, stream {stream}, {stage}, {status}");
                    let listed = fallback(&[status, 429], stage, guards.clone());
                    let found = asked(&two, wire, stream, &listed).await;
                    assert_eq!(found, (200, "from b".to_owned(), second.clone()), "{what}");
                    let other = fallback(&[429, 500], stage, guards);
                    let found = asked(&two, wire, stream, &other).await;
                    assert_eq!(found, (status, kept.to_owned(), first.clone()), "{what}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_marked_answer_is_given_where_it_is_the_last_or_no_later_target_has_one() {
    for stream in [false, true] {
        let two = Two::new(vec![reply(stream, "from a")], vec![reply(stream, "from b")], "").await;
        let mut both = fallback(&[246], "output_guardrails", marks("from"));
        both["targets"][1]["output_guardrails"] = marks("from");
        let found = asked(&two, OPENAI, stream, &both).await;
        assert_eq!(found, (246, "from b".to_owned(), "config.targets[1]".to_owned()), "stream {stream}");

        let two = Two::new(vec![reply(stream, "from a")], vec![Reply::json(500, "{}")], "").await;
        let config = fallback(&[246], "output_guardrails", marks("from"));
        let found = asked(&two, OPENAI, stream, &config).await;
        assert_eq!(found, (246, "from a".to_owned(), "config.targets[0]".to_owned()), "stream {stream}");
        assert_eq!(two.b.requests().len(), 1);
    }
}

/// Its first words are with the client when its mark is there.
#[tokio::test]
async fn a_stream_that_nothing_could_deny_is_not_held_for_a_mark() {
    let two = Two::new(vec![reply(true, "from a")], vec![reply(true, "from b")], "").await;
    let mut mark = no("from");
    mark["deny"] = json!(false);
    let config = fallback(&[246], "output_guardrails", json!([mark]));
    assert_eq!(asked(&two, OPENAI, true, &config).await.1, "from a");
    assert!(two.b.requests().is_empty());
}

/// The provider wants its money for both.
#[tokio::test]
async fn an_answer_that_another_takes_the_place_of_is_counted_too() {
    for stream in [false, true] {
        let two = Two::new(vec![reply(stream, "from a")], vec![reply(stream, "from b")], "").await;
        let mut mark = no("hello");
        mark["deny"] = json!(false);
        let config = fallback(&[246], "input_guardrails", json!([mark]));
        assert_eq!(asked(&two, OPENAI, stream, &config).await.1, "from b");
        let metrics = two.served.get("/metrics").await.text().await.unwrap();
        let line = "jackfield_tokens_total{provider=\"a\",kind=\"input\"} ";
        let told = metrics.lines().find_map(|found| found.strip_prefix(line));
        assert!(told.is_some_and(|count| count != "0"), "stream {stream}: {metrics}");
    }
}

/// The first stream waits for the second target's, which mustn't wait for it.
#[tokio::test]
async fn a_marked_stream_is_not_what_the_next_targets_cache_waits_for() {
    let replies = vec![reply(true, "first"), reply(true, "second")];
    let two = Two::new(replies, vec![reply(true, "b")], "").await;
    let config = json!({
        "strategy": { "mode": "fallback", "on_status_codes": [246] }, "cache": { "mode": "simple" },
        "targets": [{ "provider": "a", "input_guardrails": [marks("hello")[0]] }, { "provider": "a" }],
    });
    let asked = asked(&two, OPENAI, true, &config);
    let (status, text, target) =
        tokio::time::timeout(std::time::Duration::from_secs(15), asked).await.unwrap();
    assert_eq!((status, &*text, &*target), (200, "second", "config.targets[1]"));
}
