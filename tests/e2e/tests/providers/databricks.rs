//! Databricks by a service principal: a token takes the key's place.

use jackfield_e2e::{Reply, chat, text_of};
use serde_json::json;

use crate::bench::Bench;

#[tokio::test]
async fn a_token_is_fetched_once_and_sent_in_the_place_of_a_key() {
    let token =
        json!({"access_token": "minted-token-0123456789abcdef", "token_type": "Bearer", "expires_in": 3600});
    let answer = json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Hi"}}]});
    let answer = || Reply::json(200, &answer.to_string());
    let lines =
        "config.token-url = \"ORIGIN/oidc/v1/token\"\nsecrets.client-id = KEY\nsecrets.client-secret = KEY";
    let replies = vec![Reply::json(200, &token.to_string()), answer(), answer()];
    let it = Bench::preset("databricks-oauth", "/serving-endpoints", lines, replies).await;
    for _ in 0..2 {
        let told = it.provider.chat(&it.context, chat("llama", "hello")).await.unwrap();
        assert_eq!(text_of(&told), "Hi");
    }
    let requests = it.upstream.requests();
    assert!(requests[0].starts_with("POST /oidc/v1/token "), "{}", requests[0]);
    assert!(requests[0].contains("grant_type=client_credentials") && requests[0].contains("scope=all-apis"));
    for place in [1, 2] {
        let (head, _) = it.sent(place);
        assert!(head.starts_with("post /serving-endpoints/chat/completions "), "{head}");
        assert!(head.contains("authorization: bearer minted-token-0123456789abcdef"), "{head}");
    }
}
