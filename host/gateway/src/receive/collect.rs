//! `/v1/async/PROVIDER/ID`: fetches the result of a queued request, waits for it,
//! tells how far it is, or takes the request back.

use std::time::{Duration, Instant};

use bytes::Bytes;
use jackfield_router::access::Caller;
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::api::tool::{CallResult, Output};
use jackfield_runtime::{CallContext, Interface, Provider};
use serde_json::{Value, json};

use super::store::{Answer, Found, Gone};
use super::{Receiver, Receivers, Submitted};

/// The longest that one request may wait.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// The most time for what an upstream says of a request.
const STATUS: Duration = Duration::from_secs(10);

/// The tools by which plugins look after a queued request. Both take `model` and
/// `request_id`.
const STATUS_TOOL: &str = "status";
const CANCEL_TOOL: &str = "cancel";

/// Why the upstream can't be asked of a request.
const FORGOTTEN: &str = "it was submitted with a key or to a host of the client's own, which isn't kept any more; \
     its result is taken all the same";

/// What there is of a queued request.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Collected {
    /// Its result, as JSON: `id`, `provider`, `status` (`succeeded` or `failed`),
    /// `text` where it is known, `errors`, and in `result` what was delivered; and
    /// where guardrails judged it, their `hook_results`.
    Result(Bytes),
    /// The same, on which a guardrail had a bad verdict, and let it pass.
    Marked(Bytes),
    /// It hasn't come: what the upstream says of it, as JSON, if it was asked.
    Pending(Option<Value>),
}

impl Receivers {
    /// Fetches a result, once it is there or `wait` is over.
    pub(crate) async fn collect(
        &self,
        caller: &Caller,
        provider: &str,
        id: &str,
        wait: Duration,
    ) -> Result<Collected, Failure> {
        let receiver = self.receiver(provider)?;
        let until = self.clock.now() + wait;
        loop {
            let (submitted, ready) = match self.find(receiver, caller, id) {
                Found::Unknown => return Err(unknown(provider, id)),
                Found::Gone(gone) => return Err(self::gone(gone)),
                Found::Denied(denied) => return Err(Failure::clone(&denied)),
                Found::Result(Answer { json, marked: true }) => return Ok(Collected::Marked(json)),
                Found::Result(Answer { json, marked: false }) => return Ok(Collected::Result(json)),
                Found::Pending { submitted, ready } => (submitted, ready),
            };
            let woken = ready.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            // What came between the look and the wait woke nobody.
            if !matches!(self.find(receiver, caller, id), Found::Pending { .. }) {
                continue;
            }
            if self.clock.now() >= until {
                return Ok(Collected::Pending(self.status(receiver, &submitted, id).await));
            }
            tokio::select! {
                () = woken => {}
                () = self.clock.sleep_until(until) => {}
            }
        }
    }

    /// Takes a request back that isn't running yet. What the upstream says.
    pub(crate) async fn cancel(&self, caller: &Caller, provider: &str, id: &str) -> Result<Value, Failure> {
        let receiver = self.receiver(provider)?;
        let submitted = match self.find(receiver, caller, id) {
            Found::Unknown => return Err(unknown(provider, id)),
            Found::Gone(gone) => return Err(self::gone(gone)),
            Found::Pending { submitted, .. } => submitted,
            Found::Result(_) | Found::Denied(_) => {
                return Err(conflict("its result is there already: fetch it"));
            }
        };
        let asked = submitted.provider.get().ok_or_else(|| conflict(FORGOTTEN))?;
        if !asked.has(Interface::Tool) {
            return Err(Failure::new(
                FailureKind::Unsupported,
                format!("the plugin of {provider} has no tools, so it can't take requests back"),
            ));
        }
        let told = self.call(CANCEL_TOOL, &asked, &submitted, id, None).await?;
        if told.get("canceled") == Some(&Value::Bool(false)) {
            let message = told.get("message").and_then(Value::as_str);
            return Err(conflict(message.unwrap_or("the upstream doesn't take it back")));
        }
        receiver.store.cancel(id, self.clock.now());
        Ok(told)
    }

    fn receiver(&self, provider: &str) -> Result<&Receiver, Failure> {
        self.by_provider.get(provider).map(|receiver| &**receiver).ok_or_else(|| {
            Failure::new(
                FailureKind::NotFound,
                format!("no receiver is for provider {provider:?}: write `provider = {provider:?}` under [server.receivers.NAME]"),
            )
        })
    }

    fn find(&self, receiver: &Receiver, caller: &Caller, id: &str) -> Found<Submitted> {
        let may = |submitted: &Submitted| caller.may_use(&receiver.provider, &submitted.model);
        receiver.store.find(id, caller.tenant.as_deref(), may, self.clock.now())
    }

    /// How far a request is, asked of the upstream not too often. That it can't
    /// be had is no failure: the result may come all the same.
    async fn status(&self, receiver: &Receiver, submitted: &Submitted, id: &str) -> Option<Value> {
        let Some(provider) = submitted.provider.get() else { return Some(json!({ "error": FORGOTTEN })) };
        if !provider.has(Interface::Tool) {
            return None;
        }
        let now = self.clock.now();
        if let Err(said) = receiver.store.ask(id, now) {
            return said;
        }
        let told = match self.call(STATUS_TOOL, &provider, submitted, id, Some(now + STATUS)).await {
            Ok(told) => told,
            Err(failure) => json!({ "error": failure.message }),
        };
        receiver.store.said(id, &told, self.clock.now());
        Some(told)
    }

    async fn call(
        &self,
        tool: &str,
        provider: &Provider,
        submitted: &Submitted,
        id: &str,
        deadline: Option<Instant>,
    ) -> Result<Value, Failure> {
        let context = CallContext { deadline, ..submitted.context.clone() };
        let arguments = json!({ "model": *submitted.model, "request_id": id }).to_string();
        let result = provider.call_tool(&context, tool, &arguments).await?;
        let told = told(&result);
        if result.is_error {
            return Err(Failure::new(
                FailureKind::BadUpstreamAnswer,
                format!("the tool {tool} failed: {told}"),
            ));
        }
        Ok(told)
    }
}

/// What a tool gave, as JSON.
fn told(result: &CallResult) -> Value {
    let first = result.content.iter().find_map(|output| match output {
        Output::Json(text) => serde_json::from_str(text).ok(),
        Output::Text(text) => Some(Value::from(text.as_str())),
        Output::Image(_) => None,
    });
    first.unwrap_or(Value::Null)
}

fn unknown(provider: &str, id: &str) -> Failure {
    Failure::new(
        FailureKind::NotFound,
        format!(
            "this key has queued no request {id:?} with {provider} here, or the gateway was started since"
        ),
    )
}

fn gone(gone: Gone) -> Failure {
    let why = match gone {
        Gone::Canceled => "the request was taken back, so there is no result",
        Gone::Overdue => {
            "no result came for as long as one is waited for; `pending` of the receiver says how long"
        }
        Gone::Expired => "the result isn't kept any more; `keep` of the receiver says for how long it is",
        Gone::Crowded => {
            "the request or its result made room for newer ones; `bytes` of the receiver says how much is kept"
        }
    };
    Failure::new(FailureKind::NotFound, why).with_status(410)
}

fn conflict(message: &str) -> Failure {
    Failure::new(FailureKind::InvalidRequest, format!("this request can't be taken back: {message}"))
        .with_status(409)
}
