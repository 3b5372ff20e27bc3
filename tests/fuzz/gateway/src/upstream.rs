//! An upstream in memory that answers each request as an input says: well, with
//! garbage, cut off, or not at all.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jackfield_runtime::egress::resolve::Dial;
use jackfield_runtime::egress::transport::{
    Client, ClientSettings, IncomingResponse, OutgoingRequest, Transport, TransportError,
};

use crate::choices::Choices;
use crate::shape;

/// The upstream. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Upstream {
    input: Arc<Mutex<Vec<u8>>>,
}

impl Upstream {
    /// From now on it answers by this input.
    pub fn follow(&self, input: Vec<u8>) {
        *self.input.lock().unwrap_or_else(PoisonError::into_inner) = input;
    }
}

impl Transport for Upstream {
    fn connect(&self, _: Dial, _: ClientSettings) -> Result<Arc<dyn Client>, TransportError> {
        Ok(Arc::new(self.clone()))
    }
}

impl Client for Upstream {
    fn send(&self, request: OutgoingRequest) -> BoxFuture<'_, Result<IncomingResponse, TransportError>> {
        let input = self.input.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut choices = Choices::new(&input);
        let answer = answer(&mut choices, &request);
        async move { Ok(answer) }.boxed()
    }
}

fn answer(choices: &mut Choices<'_>, request: &OutgoingRequest) -> IncomingResponse {
    let status =
        choices.one(&[200, 200, 200, 200, 200, 200, 200, 204, 301, 400, 401, 404, 429, 502, 503, 529]);
    let streamed = request.body.windows(13).any(|window| window == b"\"stream\":true");
    let anthropic = request.url.path().ends_with("/messages");
    let mut body = match (status, choices.chance(230) == streamed) {
        (400.., _) => choices.one(&ERRORS).as_bytes().to_vec(),
        (_, true) => stream_of(choices, if anthropic { &ANTHROPIC_EVENTS } else { &OPENAI_EVENTS }),
        (_, false) if request.url.path().ends_with("/embeddings") => EMBEDDING.as_bytes().to_vec(),
        (_, false) if anthropic => MESSAGE.as_bytes().to_vec(),
        (_, false) => CHAT.as_bytes().to_vec(),
    };
    if choices.chance(60) {
        for _ in 0..=choices.below(6) {
            shape::spoil(choices, &mut body);
        }
    }
    let is_stream = body.starts_with(b"data:") || body.starts_with(b"event:") || body.starts_with(b":");
    let kind = match (choices.below(20), is_stream) {
        (0, _) => "text/html",
        (1, _) => "",
        (_, true) => "text/event-stream",
        (_, false) => "application/json",
    };
    let mut headers = HeaderMap::new();
    if let Ok(kind) = HeaderValue::from_str(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    if let (true, Ok(wait)) =
        (choices.chance(60), HeaderValue::from_str(choices.one(&["0", "soon", "-1", "1e9", "0.001"])))
    {
        headers.insert(header::RETRY_AFTER, wait);
    }
    let mut pieces = Vec::new();
    let longest = choices.one(&[1, 7, 100, 100_000]);
    for piece in body.chunks(longest) {
        pieces.push(Ok(Bytes::copy_from_slice(piece)));
    }
    if choices.chance(30) {
        pieces.truncate(choices.below(pieces.len().min(60_000) + 1));
        let peer = "upstream.example:443".to_owned();
        pieces.push(Err(TransportError::Broken {
            peer,
            reason: "cut off".to_owned(),
            source: "cut off".into(),
        }));
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    IncomingResponse { status, headers, body: stream::iter(pieces).boxed() }
}

fn stream_of(choices: &mut Choices<'_>, events: &[&str]) -> Vec<u8> {
    let mut body = String::new();
    if choices.chance(200) {
        // In order, some left out.
        let keep = choices.one(&[255, 255, 200]);
        events.iter().filter(|_| choices.chance(keep)).for_each(|event| body.push_str(event));
    } else {
        (0..choices.below(8)).for_each(|_| body.push_str(choices.one(events)));
    }
    body.into_bytes()
}

const ERRORS: [&str; 7] = [
    "",
    "no",
    "{}",
    "{\"error\":{\"message\":\"m\",\"type\":\"t\",\"code\":\"c\"}}",
    "{\"error\":\"m\"}",
    "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}",
    "<html></html>",
];

const CHAT: &str = r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hello","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#;

const MESSAGE: &str = r#"{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hello"},{"type":"tool_use","id":"t","name":"f","input":{}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2}}"#;

const EMBEDDING: &str = r#"{"object":"list","model":"m","data":[{"object":"embedding","index":0,"embedding":[0.5,-0.5]}],"usage":{"prompt_tokens":1,"total_tokens":1}}"#;

const OPENAI_EVENTS: [&str; 9] = [
    ": ping\n\n",
    "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"t\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"length\"}]}\r\n\r\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
    "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}\n\n",
    "data: [DONE]\n\n",
];

const ANTHROPIC_EVENTS: [&str; 9] = [
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n",
    "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hello\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}\n\n",
    "event: unheard_of\ndata: {\"type\":\"unheard_of\"}\n\n",
];
