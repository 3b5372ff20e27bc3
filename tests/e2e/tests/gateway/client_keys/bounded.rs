//! What is kept for clients' keys: connections and instances, each key's own,
//! and no more of them than the host allows.

use std::time::Duration;

use jackfield_e2e::Script;
use jackfield_e2e::guests::builder;
use jackfield_runtime::VariantLimits;

use crate::own::Own;
use crate::wire::{ANTHROPIC, OPENAI};

async fn ask(own: &Own, client: u32) {
    let key = format!("Bearer sk-client-number-{client}-000");
    let response = own.ask(OPENAI, "m", &[("x-portkey-provider", "a"), ("authorization", &key)]).await;
    assert_eq!(response.status(), 200);
    drop(response.bytes().await.unwrap());
}

async fn own(most: usize) -> Own {
    let limits = VariantLimits { most, idle: Duration::from_secs(600) };
    let a = Script::start(vec![OPENAI.reply("a")]).await;
    let b = Script::start(vec![ANTHROPIC.reply("b")]).await;
    Own::over(a, b, "", builder(64).variants(limits)).await
}

#[tokio::test]
async fn a_key_has_a_connection_of_its_own_and_keeps_it() {
    let own = own(8).await;
    for (client, connections) in [(1, 1), (1, 1), (2, 2), (1, 2), (2, 2), (3, 3), (1, 3)] {
        ask(&own, client).await;
        assert_eq!(own.a.accepted(), connections, "{client}");
    }
    own.served.provider("a").await;
    assert_eq!(own.ask(OPENAI, "a/m", &[]).await.status(), 200);
    assert_eq!(own.a.accepted(), 4, "the operator's is another one");
}

#[tokio::test]
async fn of_too_many_keys_the_one_goes_that_was_used_longest_ago() {
    let own = own(2).await;
    for client in 0..20 {
        ask(&own, client).await;
    }
    assert_eq!(own.a.accepted(), 20);
    own.a.until("connections of forgotten keys are closed", |a| a.open() <= 2).await;
    ask(&own, 18).await;
    ask(&own, 19).await;
    assert_eq!(own.a.accepted(), 20, "the last two are kept");
    ask(&own, 0).await;
    assert_eq!(own.a.accepted(), 21, "the first is not, and works again");
}

/// Many clients with a key each leave no more behind than the bound.
#[tokio::test]
async fn keys_do_not_pile_up() {
    let own = own(16).await;
    for client in 0..300 {
        ask(&own, client).await;
    }
    own.a.until("connections of forgotten keys are closed", |a| a.open() <= 16).await;
}
