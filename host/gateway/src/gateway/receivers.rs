//! `/v1/receivers/NAME`, where providers deliver results of queued requests, and
//! `/v1/async/PROVIDER/ID`, where clients fetch them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header, request};
use http_body::Body as HttpBody;
use jackfield_router::access::Caller;
use jackfield_router::plan::Names;
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::Clock;
use jackfield_runtime::secret::Secret;
use jackfield_runtime::settings::Period;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::answers::json as answer;
use super::{BuildError, Gateway};
use crate::auth;
use crate::guard::MARKED;
use crate::metrics;
use crate::receive::{Collected, Incoming, LONGEST_WAIT, Receivers};
use crate::settings::{ReceiverName, ServerSettings};
use crate::wire::body::Body;
use crate::wire::peer::Peer;

/// When to ask again for a result that isn't there, in seconds.
const AGAIN: u64 = 2;

impl Gateway {
    /// A delivery. Its signature stands in the place of an API key.
    pub(super) async fn receive<B>(&self, head: &request::Parts, body: B) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let name = behind(head.uri.path(), "/receivers/");
        let pause = self.inner.settings.body_timeout;
        let peer = head.extensions.get::<Peer>().copied().unwrap_or_default();
        let delivery = Incoming { headers: &head.headers, peer, body, pause };
        Ok(answer(self.receivers()?.take(&name, delivery).await?))
    }

    /// A client asks for a result, or takes its request back.
    pub(super) async fn queued(&self, head: &request::Parts) -> Result<Response<Body>, Failure> {
        let caller = auth::caller(self.inner.keys.as_deref(), &head.headers).await?;
        let rest = behind(head.uri.path(), "/async/");
        let (provider, id) = rest.split_once('/').filter(|(_, id)| !id.is_empty()).ok_or_else(|| {
            Failure::new(
                FailureKind::NotFound,
                "results are at /v1/async/PROVIDER/ID, with the id of the answer",
            )
        })?;
        let receivers = self.receivers()?;
        if head.method == Method::DELETE {
            let told = receivers.cancel(&caller, provider, id).await?;
            return Ok(answer(state(provider, id, "canceled", Some(told))));
        }
        Ok(match receivers.collect(&caller, provider, id, wait(head.uri.query())?).await? {
            Collected::Result(result) => answer(result),
            Collected::Marked(result) => {
                let mut response = answer(result);
                if let Ok(status) = StatusCode::from_u16(MARKED) {
                    *response.status_mut() = status;
                }
                response
            }
            Collected::Pending(told) => {
                let mut response = answer(state(provider, id, "pending", told));
                *response.status_mut() = StatusCode::ACCEPTED;
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(AGAIN));
                response
            }
        })
    }

    /// The result of a queued request that `caller` submitted, for programs that
    /// have the gateway in them. Waits for it until `wait` is over, at most five
    /// minutes.
    ///
    /// # Errors
    /// 404 where the caller has queued no such request here, 410 where its
    /// result is gone, 446 where guardrails of its route denied it.
    pub async fn collect(
        &self,
        caller: &Caller,
        provider: &str,
        id: &str,
        wait: Duration,
    ) -> Result<Collected, Failure> {
        self.receivers()?.collect(caller, provider, id, wait.min(LONGEST_WAIT)).await
    }

    /// All counters as text.
    pub(super) fn metrics(&self) -> String {
        let services = &self.inner.services;
        let instances = services.providers.instances().map_or_else(String::new, metrics::instances);
        let deliveries = services.receivers.as_ref().map_or_else(String::new, Receivers::render);
        services.metrics.render() + &instances + &deliveries
    }

    fn receivers(&self) -> Result<&Receivers, Failure> {
        self.inner.services.receivers.as_ref().ok_or_else(|| {
            Failure::new(
                FailureKind::NotFound,
                "this gateway has no receivers: write [server.receivers.NAME]",
            )
        })
    }
}

/// Where results of queued requests are delivered. Nothing where nobody does.
pub(super) fn receivers(
    settings: &ServerSettings,
    mut secrets: BTreeMap<ReceiverName, Vec<Secret>>,
    names: &Names,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Receivers>, BuildError> {
    let mut all = Vec::new();
    for (receiver, written) in &settings.receivers {
        let wrong = |why| BuildError::Receiver { receiver: receiver.clone(), why };
        let provider = written.provider.as_str();
        if names.provider(provider).is_none() {
            let advice = match names.nearest_provider(provider) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => "write it under [providers]".to_owned(),
            };
            return Err(wrong(format!("no provider is named {provider:?}; {advice}")));
        }
        let secrets = secrets.remove(receiver).filter(|secrets| !secrets.is_empty());
        let secrets =
            secrets.ok_or_else(|| wrong("it has no secret, so no delivery could be trusted".to_owned()))?;
        all.push((receiver.to_string(), written.clone(), secrets));
    }
    Ok(Receivers::new(all, Arc::clone(clock)))
}

/// What there is of a request but its result.
fn state(provider: &str, id: &str, status: &str, told: Option<Value>) -> Bytes {
    let state = json!({ "object": "async.result", "id": id, "provider": provider, "status": status, "upstream": told });
    state.to_string().into()
}

/// What a path has behind a folder.
fn behind(path: &str, folder: &str) -> String {
    let bare = path.strip_prefix("/v1").unwrap_or(path);
    let rest = bare.strip_prefix(folder).unwrap_or_default();
    percent_decode_str(rest).decode_utf8_lossy().into_owned()
}

/// How long a client wants to wait.
fn wait(query: Option<&str>) -> Result<Duration, Failure> {
    let wrong = |message: String| {
        let failure = Failure::new(FailureKind::InvalidRequest, message);
        Failure { param: Some("wait".into()), ..failure }
    };
    let mut wait = Duration::ZERO;
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if name != "wait" {
            return Err(wrong(format!("{name:?} can't be asked here: there is `wait`, as in `?wait=30s`")));
        }
        wait = value.parse::<Period>().map_err(|error| wrong(format!("`wait`: {error}")))?.duration();
    }
    if wait > LONGEST_WAIT {
        return Err(wrong(format!(
            "nobody waits longer than {LONGEST_WAIT:?} at once: ask again after that"
        )));
    }
    Ok(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_a_path_with_and_without_the_version() {
        for (path, name) in [("/v1/receivers/b", "b"), ("/receivers/b", "b"), ("/v1/receivers/a%2Fb", "a/b")]
        {
            assert_eq!(behind(path, "/receivers/"), name);
        }
        assert_eq!(behind("/v1/async/up/r-1", "/async/"), "up/r-1");
    }

    #[test]
    fn a_wait_is_a_length_of_time_with_an_end() {
        assert_eq!(wait(None), Ok(Duration::ZERO));
        assert_eq!(wait(Some("wait=30s")), Ok(Duration::from_secs(30)));
        assert_eq!(wait(Some("wait=5m")), Ok(Duration::from_secs(300)));
        for query in ["wait=301s", "wait=30", "wait=", "wait=-1s", "waits=1s"] {
            assert_eq!(wait(Some(query)).unwrap_err().status, 400, "{query}");
        }
    }
}
