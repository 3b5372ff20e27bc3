//! Portkey's headers, with any values: followed or refused by name.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use jackfield_gateway::{Gateway, Question};
use jackfield_router::FailureKind;

use crate::choices::Choices;
use crate::configs::config;
use crate::gateways;

static GATEWAY: LazyLock<Gateway> = LazyLock::new(|| gateways::gateway(None));

const FIELDS: [&str; 24] = [
    "config",
    "provider",
    "trace-id",
    "metadata",
    "request-timeout",
    "strict-open-ai-compliance",
    "forward-headers",
    "custom-host",
    "api-key",
    "virtual-key",
    "cache-force-refresh",
    "cache-namespace",
    "retry-count",
    "span-id",
    "parent-span-id",
    "package-version",
    "runtime",
    "azure-resource-name",
    "aws-region",
    "vertex-project-id",
    "openai-organization",
    "hooks",
    "debug",
    "invented",
];

const VALUES: [&str; 30] = [
    "",
    " ",
    "{}",
    "[]",
    "null",
    "true",
    "false",
    "1",
    "0",
    "-1",
    "1500",
    "99999999999999999999",
    "saved",
    "a",
    "@a",
    "nobody",
    "{\"_user\":\"u\"}",
    "{\"a\":1}",
    "{\"a\":{\"b\":[]}}",
    "x-a, X-B",
    "x-a,,",
    "a b",
    "authorization",
    "https://x.example/v1",
    "http://127.0.0.1:1/",
    "file:///",
    "https://",
    "{\"provider\":\"a\"}",
    "a/b/c",
    "x,y;z=\"",
];

/// Some headers.
pub fn headers(choices: &mut Choices<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for _ in 0..choices.below(6) {
        let name = format!("x-portkey-{}", choices.one(&FIELDS));
        let value = match choices.below(12) {
            0 => choices.list(40, Choices::byte),
            1 => vec![b'x'; 1 << choices.below(14)],
            2 | 3 => config(choices).replace('\n', " ").into_bytes(),
            _ => choices.one(&VALUES).as_bytes().to_vec(),
        };
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(&value)) {
            headers.append(name, value);
        }
    }
    if choices.chance(60) {
        let parents = ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "ff-00-00-00", "", "00-é"];
        if let Ok(value) = HeaderValue::from_bytes(choices.one(&parents).as_bytes()) {
            headers.append("traceparent", value);
        }
    }
    headers
}

/// Panics where the property doesn't hold.
pub fn run(data: &[u8]) {
    let mut choices = Choices::new(data);
    let headers = headers(&mut choices);
    let model = choices.one(&["a/m", "known", "route", "m", ""]);
    let body = format!("{{\"model\":\"{model}\"}}").into();
    let question = Question { headers, body, path: "/v1/chat/completions".into(), ..Question::default() };
    if let Err(failure) = GATEWAY.explain(&question) {
        assert_ne!(failure.kind, FailureKind::Internal, "{}", failure.message);
        assert!((400..500).contains(&failure.status) && !failure.message.is_empty(), "{failure:?}");
    }
}
