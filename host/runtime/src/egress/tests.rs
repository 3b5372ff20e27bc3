//! The whole chain, with a transport and a resolver that only record.

use std::{
    net::IpAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::{
    auth::{AuthError, Generation, Scheme, SharedSecret},
    error::EgressErrorKind,
    methods::Methods,
    policy::{Asked, Granted},
    request::{EgressResponse, GuestRequest},
    resolve::{Dial, tests::FakeResolver},
    transport::{Client, ClientSettings, TransportError},
    *,
};

mod answers;
mod aws;
mod clock;
mod google;
mod host_requests;
mod renewal;
mod requests;
mod token_requests;
mod tokens;

const SECRET: &str = "sk-test-0123456789abcdef";
const API: &str = "https://api.example.com";
const CHAT: &str = "https://api.example.com/v1/chat";

/// What the fake upstream answers with.
pub(super) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    chunks: Vec<Result<Bytes, TransportError>>,
}

impl Answer {
    fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), chunks: Vec::new() }
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn chunk(mut self, bytes: impl Into<Bytes>) -> Self {
        self.chunks.push(Ok(bytes.into()));
        self
    }
}

/// Records what goes out; answers from a queue, then with an empty 200.
#[derive(Debug, Default)]
pub(super) struct Wire {
    sent: Mutex<Vec<OutgoingRequest>>,
    answers: Mutex<std::collections::VecDeque<Answer>>,
    clients: AtomicUsize,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.status.fmt(f)
    }
}

#[derive(Debug)]
struct WireTransport(Arc<Wire>);

#[derive(Debug)]
struct WireClient(Arc<Wire>, Dial);

impl Transport for WireTransport {
    fn connect(&self, dial: Dial, _: ClientSettings) -> Result<Arc<dyn Client>, TransportError> {
        self.0.clients.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(WireClient(Arc::clone(&self.0), dial)))
    }
}

impl Client for WireClient {
    fn send(&self, request: OutgoingRequest) -> BoxFuture<'_, Result<IncomingResponse, TransportError>> {
        Box::pin(async move {
            self.1.addresses().await?;
            self.0.sent.lock().unwrap().push(request);
            let answer = self.0.answers.lock().unwrap().pop_front().unwrap_or_else(|| Answer::new(200));
            let mut headers = HeaderMap::new();
            for (name, value) in answer.headers {
                headers.append(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
            }
            let status = StatusCode::from_u16(answer.status).unwrap();
            Ok(IncomingResponse {
                status,
                headers,
                body: Box::pin(futures_util::stream::iter(answer.chunks)),
            })
        })
    }
}

/// A provider `acme` with one bearer credential for the API, a second one for
/// `https://keyed.example`, and an open origin.
pub(super) struct Bench {
    pub(super) egress: Egress,
    pub(super) wire: Arc<Wire>,
    pub(super) key: SharedSecret,
    pub(super) budget: CallBudget,
}

fn asked(origin: &str, auth: Option<&str>) -> Asked {
    Asked {
        origin: origin.parse().unwrap(),
        methods: Methods::from_names(["GET", "POST"]).unwrap(),
        path: None,
        auth: auth.map(str::to_owned),
    }
}

impl Bench {
    fn new() -> Self {
        Self::with(EgressLimits::default(), &[&["1.1.1.1"]])
    }

    fn with(limits: EgressLimits, addresses: &[&[&str]]) -> Self {
        let origins =
            [(API, Some("key")), ("https://keyed.example", Some("query")), ("https://open.example", None)];
        let local = "http://localhost:8080";
        let policy = Policy::new(
            "acme",
            origins
                .iter()
                .map(|(o, a)| asked(o, *a))
                .chain([asked(local, None), asked("https://*.wild.example", None)])
                .collect(),
            origins
                .iter()
                .map(|(o, _)| *o)
                .chain([local, "https://*.wild.example"])
                .map(|o| Granted::origin(o.parse().unwrap()))
                .collect(),
            vec!["key".into(), "query".into()],
        );
        let key = SharedSecret::new(SECRET);
        let query = Scheme::Query { parameter: "key".into(), secret: key.clone() };
        let authenticators: BTreeMap<String, Arc<dyn Authenticator>> = BTreeMap::from([
            ("key".to_owned(), Arc::new(Scheme::Bearer(key.clone())) as _),
            ("query".to_owned(), Arc::new(query) as _),
        ]);
        let wire = Arc::new(Wire::default());
        let egress = Egress::new(
            policy.unwrap(),
            SecretScanner::new([SECRET.as_bytes()]).unwrap(),
            authenticators,
            Arc::new(WireTransport(Arc::clone(&wire))),
            FakeResolver::answering(addresses),
            limits.clone(),
        );
        Self { egress: egress.unwrap(), wire, key, budget: CallBudget::new(&limits) }
    }

    fn answer(&self, answer: Answer) {
        self.wire.answers.lock().unwrap().push_back(answer);
    }

    fn send(&self, request: GuestRequest) -> Result<EgressResponse, EgressError> {
        self.egress.send(request, &self.budget).now_or_never().expect("nothing here waits")
    }

    fn refused(&self, request: GuestRequest) -> Rule {
        let before = self.wire.sent.lock().unwrap().len();
        let error = self.send(request).unwrap_err();
        assert_eq!(self.wire.sent.lock().unwrap().len(), before, "it went out: {error}");
        assert!(!error.sent);
        error.rule.unwrap_or_else(|| panic!("not a refusal: {error}"))
    }

    fn sent(&self) -> Vec<OutgoingRequest> {
        std::mem::take(&mut *self.wire.sent.lock().unwrap())
    }
}

fn get(url: &str) -> GuestRequest {
    GuestRequest {
        method: Method::GET,
        url: url.to_owned(),
        headers: Vec::new(),
        body: Bytes::new(),
        auth: None,
    }
}

fn post(url: &str, body: &'static str) -> GuestRequest {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    GuestRequest { method: Method::POST, headers, body: Bytes::from_static(body.as_bytes()), ..get(url) }
}

fn read(body: CappedBody) -> Result<String, EgressError> {
    let chunks = body.collect::<Vec<_>>().now_or_never().expect("nothing here waits");
    let chunks = chunks.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(String::from_utf8(chunks.concat()).unwrap())
}
