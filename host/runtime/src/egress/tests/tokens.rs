//! A provider whose credential is exchanged for tokens, before a network and a
//! clock that the test owns.

use std::sync::atomic::AtomicBool;

use serde_json::json;

use super::{
    super::auth::{
        User,
        bearer::{Bearer, BearerMint},
        oauth2::ClientCredentialsMint,
        token::TokenCache,
    },
    clock::HandClock,
    *,
};
use crate::manifest::auth::ClientAuth;

pub(super) const TOKENS: &str = "https://login.example/tenant/token";
pub(super) const CLIENT_SECRET: &str = "client~secret/0123456789";

/// What stands at the other end: from a request, and how many there were before
/// to the same path, to an answer.
type Answering = Box<dyn Fn(&OutgoingRequest, usize) -> Answer + Send + Sync>;

/// Every origin at once. Token requests take some turns of the runtime.
pub(super) struct Net {
    answering: Answering,
    pub(super) sent: Mutex<Vec<OutgoingRequest>>,
    clients: AtomicUsize,
    /// Whether the token endpoint never answers.
    pub(super) silent: AtomicBool,
}

impl std::fmt::Debug for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Net")
    }
}

#[derive(Debug)]
struct NetTransport(Arc<Net>);

#[derive(Debug)]
struct NetClient(Arc<Net>, Dial);

impl Transport for NetTransport {
    fn connect(&self, dial: Dial, _: ClientSettings) -> Result<Arc<dyn Client>, TransportError> {
        self.0.clients.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(NetClient(Arc::clone(&self.0), dial)))
    }
}

impl Client for NetClient {
    fn send(&self, request: OutgoingRequest) -> BoxFuture<'_, Result<IncomingResponse, TransportError>> {
        Box::pin(async move {
            self.1.addresses().await?;
            let net = &self.0;
            let for_token = request.method == Method::POST && request.url.path().ends_with("/token");
            let answer = {
                let mut sent = net.sent.lock().unwrap();
                let before = sent.iter().filter(|before| before.url.path() == request.url.path()).count();
                let answer = (net.answering)(&request, before);
                sent.push(request);
                answer
            };
            if for_token {
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
                if net.silent.load(Ordering::Relaxed) {
                    std::future::pending::<()>().await;
                }
            }
            let mut headers = HeaderMap::new();
            for (name, value) in answer.headers {
                headers.append(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
            }
            Ok(IncomingResponse {
                status: StatusCode::from_u16(answer.status).unwrap(),
                headers,
                body: Box::pin(futures_util::stream::iter(answer.chunks)),
            })
        })
    }
}

/// The provider `acme` with one credential for [`API`].
pub(super) struct Provider {
    pub(super) egress: Arc<Egress>,
    pub(super) net: Arc<Net>,
    pub(super) clock: HandClock,
    pub(super) secret: SharedSecret,
    resolver: Arc<FakeResolver>,
}

/// A token endpoint's answer.
pub(super) fn token(text: &str, lifetime: u64) -> Answer {
    let body = json!({ "access_token": text, "token_type": "Bearer", "expires_in": lifetime });
    Answer::new(200).chunk(body.to_string())
}

/// The name of the token of this number: long enough to be looked for.
pub(super) fn numbered(number: usize) -> String {
    format!("minted-token-{number:04}")
}

pub(super) fn is_token(request: &OutgoingRequest) -> bool {
    request.url.as_str() == TOKENS
}

impl Provider {
    /// With client credentials, and tokens that are numbered and live an hour.
    pub(super) fn new() -> Self {
        Self::answering(|request, before| match is_token(request) {
            true => token(&numbered(before), 3600),
            false => Answer::new(200),
        })
    }

    pub(super) fn answering(
        answering: impl Fn(&OutgoingRequest, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::with(ClientAuth::Basic, &[API, "https://login.example"], answering)
    }

    pub(super) fn with(
        client_auth: ClientAuth,
        grants: &[&str],
        answering: impl Fn(&OutgoingRequest, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let clock = HandClock::new();
        let secret = SharedSecret::new(CLIENT_SECRET);
        let mint = ClientCredentialsMint {
            token_url: Url::parse(TOKENS).unwrap(),
            client_id: User::Text("client id".to_owned()),
            client_secret: secret.clone(),
            client_auth,
            parameters: vec![("scope".to_owned(), "https://api.example/.default".to_owned())],
            clock: Arc::new(clock.clone()),
        };
        Self::minting(mint, secret, clock, grants, answering)
    }

    pub(super) fn minting<M: BearerMint>(
        mint: M,
        secret: SharedSecret,
        clock: HandClock,
        grants: &[&str],
        answering: impl Fn(&OutgoingRequest, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let bearer = Bearer::new(TokenCache::new(mint, Arc::new(clock.clone())));
        Self::authenticating(Arc::new(bearer), secret, clock, grants, answering)
    }

    pub(super) fn authenticating(
        authenticator: Arc<dyn Authenticator>,
        secret: SharedSecret,
        clock: HandClock,
        grants: &[&str],
        answering: impl Fn(&OutgoingRequest, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let grants = grants.iter().map(|origin| Granted::origin(origin.parse().unwrap())).collect();
        Self::granting(authenticator, secret, clock, grants, answering)
    }

    pub(super) fn granting(
        authenticator: Arc<dyn Authenticator>,
        secret: SharedSecret,
        clock: HandClock,
        grants: Vec<Granted>,
        answering: impl Fn(&OutgoingRequest, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let policy = Policy::new("acme", vec![asked(API, Some("key"))], grants, vec!["key".into()]).unwrap();
        let net = Arc::new(Net {
            answering: Box::new(answering),
            sent: Mutex::default(),
            clients: AtomicUsize::default(),
            silent: AtomicBool::default(),
        });
        let resolver = FakeResolver::answering(&[&["1.1.1.1"]]);
        let egress = Egress::new(
            policy,
            SecretScanner::new([secret.expose().as_bytes()]).unwrap(),
            BTreeMap::from([("key".to_owned(), authenticator)]),
            Arc::new(NetTransport(Arc::clone(&net))),
            Arc::clone(&resolver) as _,
            EgressLimits::default(),
        );
        Self { egress: Arc::new(egress.unwrap()), net, clock, secret, resolver }
    }

    /// Lets every name resolve to this address.
    pub(super) fn resolving_to(self, address: &str) -> Self {
        *self.resolver.answers.lock().unwrap() = vec![vec![address.parse().unwrap()]];
        self
    }

    /// Lets this read its secrets again.
    pub(super) fn following(self, rotation: Arc<dyn Rotation>) -> Self {
        let egress = Arc::into_inner(self.egress).unwrap().following(rotation);
        Self { egress: Arc::new(egress), ..self }
    }

    pub(super) async fn send(&self, request: GuestRequest) -> Result<EgressResponse, EgressError> {
        self.egress.send(request, &CallBudget::new(&EgressLimits::default())).await
    }

    /// Sends a request to the API, and tells with which token it went out.
    pub(super) async fn call(&self) -> Result<String, EgressError> {
        self.send(get(CHAT)).await?;
        let headers = self.sent();
        let value = headers["authorization"].to_str().unwrap();
        Ok(value.strip_prefix("Bearer ").unwrap().to_owned())
    }

    /// Lets what goes on in the background come to its end.
    pub(super) async fn settle(&self) {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn token_requests(&self) -> Vec<(HeaderMap, String)> {
        let sent = self.net.sent.lock().unwrap();
        let asked = sent.iter().filter(|request| request.url.as_str() != CHAT);
        let text = |body: &Bytes| String::from_utf8(body.to_vec()).unwrap();
        asked.map(|request| (request.headers.clone(), text(&request.body))).collect()
    }

    /// The headers of the latest request to the API.
    pub(super) fn sent(&self) -> HeaderMap {
        let sent = self.net.sent.lock().unwrap();
        sent.iter().rfind(|request| request.url.as_str() == CHAT).unwrap().headers.clone()
    }

    pub(super) fn net_is_untouched(&self) -> bool {
        self.net.sent.lock().unwrap().is_empty() && self.clients() == 0
    }

    pub(super) fn clients(&self) -> usize {
        self.net.clients.load(Ordering::Relaxed)
    }
}

/// Runs a test on one thread, so that it decides what happens when.
pub(super) fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}
