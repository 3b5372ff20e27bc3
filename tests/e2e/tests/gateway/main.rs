//! The gateway over real sockets: clients on one side, upstreams that behave or
//! fail by script on the other, and the real plugins in between. Nothing here
//! looks into the gateway; what counts is which bytes come out of it, and which
//! connections stay.

mod bedrock_dialect;
mod breaker;
mod cache;
mod client_keys;
mod cohere_dialect;
mod conditions;
mod custom_host;
mod decoded;
mod decoded_parts;
mod effort;
mod errors;
mod events;
mod fallback;
mod faults;
mod gemini_dialect;
mod guardrails;
mod guardrails_config;
mod guardrails_fallback;
mod guardrails_network;
mod guardrails_streams;
mod hang_up;
mod hang_up_thousand;
mod intake;
mod keys;
mod life;
mod limits;
mod moderations;
mod options;
mod options_accounts;
mod own;
mod params;
mod passthrough;
mod portkey;
mod portkey_audit;
mod portkey_fields;
mod portkey_headers;
mod raw;
mod receivers;
mod retry;
mod slow;
mod tls;
mod unnamed;
mod virtual_keys;
mod wire;

use jackfield_e2e::gateway::provider;
use jackfield_e2e::{Reply, Script, Served};

use wire::Wire;

/// No trial takes this long: one that does hangs.
const HANGS: std::time::Duration = std::time::Duration::from_secs(30);

/// A gateway with one provider, `up`, whose upstream answers by script in this
/// wire format.
struct Bench {
    upstream: Script,
    served: Served,
    wire: Wire,
}

impl Bench {
    async fn new(wire: Wire, replies: Vec<Reply>) -> Self {
        Self::with(wire, replies, "", "").await
    }

    /// With further lines for the provider, and for the whole file.
    async fn with(wire: Wire, replies: Vec<Reply>, lines: &str, config: &str) -> Self {
        let upstream = Script::start(replies).await;
        let provider = provider("up", wire.plugin, &upstream.origin(), lines);
        let served = Served::start(&format!("{provider}{config}")).await;
        Self { upstream, served, wire }
    }

    /// Sends a plain chat in the upstream's own dialect.
    async fn whole(&self) -> reqwest::Response {
        self.served.post(self.wire.path, &self.wire.request("up/m")).await
    }

    /// Sends a streamed one.
    async fn stream(&self) -> reqwest::Response {
        self.served.post(self.wire.path, &self.wire.streamed("up/m")).await
    }

    /// The body of the only request that came upstream.
    fn arrived(&self) -> serde_json::Value {
        let requests = self.upstream.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        body_of(&requests[0])
    }
}

/// The JSON body of a request as it came in.
fn body_of(request: &str) -> serde_json::Value {
    let (_, body) = request.split_once("\r\n\r\n").expect("head and body");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// A gateway with the route `both`: first the provider `bad`, whose upstream
/// answers by script, then `good`, which says "good".
struct Pair {
    bad: Script,
    _good: Script,
    served: Served,
    wire: Wire,
    stream: bool,
}

impl Pair {
    async fn new(wire: Wire, stream: bool, replies: Vec<Reply>) -> Self {
        Self::with(wire, stream, replies, "").await
    }

    /// With further lines for the provider that is bad.
    async fn with(wire: Wire, stream: bool, replies: Vec<Reply>, lines: &str) -> Self {
        let bad = Script::start(replies).await;
        let origin = bad.origin();
        Self::at(wire, stream, bad, &origin, lines).await
    }

    /// With the bad provider's upstream elsewhere.
    async fn at(wire: Wire, stream: bool, bad: Script, origin: &str, lines: &str) -> Self {
        let good = if stream { wire::sse(&wire.events(&["go", "od"])) } else { wire.reply("good") };
        let good = Script::start(vec![good]).await;
        let config = [
            provider("bad", wire.plugin, origin, lines),
            provider("good", wire.plugin, &good.origin(), ""),
            "[routes.both]\nstrategy = \"fallback\"\n\
             targets = [{ model = \"bad/m\" }, { model = \"good/m\" }]\n"
                .to_owned(),
        ];
        Self { bad, _good: good, served: Served::start(&config.concat()).await, wire, stream }
    }

    async fn ask(&self) -> reqwest::Response {
        self.ask_for("both").await
    }

    async fn ask_for(&self, model: &str) -> reqwest::Response {
        let request = if self.stream { self.wire.streamed(model) } else { self.wire.request(model) };
        let answer = self.served.post(self.wire.path, &request);
        tokio::time::timeout(HANGS, answer).await.expect("it hangs")
    }

    /// That the other target answers, and that it was the second try.
    async fn falls_back(&self, why: &str) {
        let response = self.ask().await;
        let path = header(&response, "x-portkey-last-used-option-index").to_owned();
        let status = response.status();
        let attempts = header(&response, "x-jackfield-attempts").to_owned();
        let body = response.text().await.unwrap();
        assert_eq!(status, 200, "{why}: {body}");
        assert_eq!((path.as_str(), attempts.as_str()), ("routes.both.targets[1]", "2"), "{why}");
        if self.stream {
            assert_eq!(self.wire.streamed_text(&body), "good", "{why}");
            assert!(self.wire.is_finished(&body), "{why}: {body}");
        } else {
            assert_eq!(self.wire.text(&serde_json::from_str(&body).unwrap()), "good", "{why}");
        }
    }
}

/// A header of an answer.
fn header<'r>(response: &'r reqwest::Response, name: &str) -> &'r str {
    let value = response.headers().get(name).unwrap_or_else(|| panic!("no {name} in {response:?}"));
    value.to_str().expect("visible ASCII")
}

/// Reads the JSON body of an answer.
trait Json {
    async fn json(self) -> serde_json::Result<serde_json::Value>;
}

impl Json for reqwest::Response {
    async fn json(self) -> serde_json::Result<serde_json::Value> {
        serde_json::from_slice(&self.bytes().await.expect("a body"))
    }
}
