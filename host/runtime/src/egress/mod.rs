//! The one way out: every request of a plugin, through whichever door, passes
//! through [`Egress::send`].
//!
//! Against: a plugin that reaches what its operator did not grant, carries a
//! secret out, or spends without end. The steps stand in one function, in the
//! order in which they hold; a credential exists in a request only between
//! step 4 and the wire. [`policy`] decides where to, [`headers`] and [`scan`]
//! what may be said, [`auth`] adds the credential, [`resolve`] and [`address`]
//! decide what is connected to, [`transport`] sends, [`body`] guards the
//! answer. What the host itself sends to mint a token goes through
//! [`host_sender`], under the same grant.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

use ::url::Url;
use http::StatusCode;

pub mod address;
pub mod auth;
pub mod body;
mod clients;
pub mod error;
pub mod headers;
pub mod host_sender;
pub mod hyper_transport;
mod known;
pub mod limits;
pub mod methods;
pub mod observe;
pub mod origin;
mod outlet;
pub mod policy;
mod redirect;
pub mod refusal;
pub mod request;
pub mod resolve;
pub mod rotation;
pub mod scan;
mod tls;
pub mod transport;
pub mod url;

use self::{
    auth::{Authenticator, Writes},
    body::CappedBody,
    clients::{Clients, Purpose, Side},
    error::EgressError,
    host_sender::HostSender,
    known::Known,
    limits::{CallBudget, EgressLimits, Redirects},
    observe::{EgressObserver, ObservedRequest},
    outlet::Outlet,
    policy::{AuthId, Permit, Policy},
    refusal::{Refusal, Rule},
    request::{EgressResponse, GuestRequest, Hop, check_parameters, check_secrets},
    resolve::Resolver,
    rotation::Rotation,
    scan::SecretScanner,
    transport::{IncomingResponse, OutgoingRequest, Transport},
};

/// The policy knows an auth scheme that nobody can apply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "provider `{provider}`: no authenticator for auth `{auth}`; give one for each `[auth.*]` of the manifest"
)]
pub struct MissingAuthenticator {
    /// The provider.
    pub provider: String,
    /// The scheme's name in the manifest.
    pub auth: String,
}

/// The way out of one bound provider. Shared by all of its calls; holds its
/// connections.
pub struct Egress {
    outlet: Arc<Outlet>,
    /// For the authenticators' own requests.
    host: HostSender,
    /// By [`AuthId`], with what each of them writes.
    authenticators: Vec<(Arc<dyn Authenticator>, Writes)>,
    observer: Option<Arc<dyn EgressObserver>>,
    urls: url::Memo,
}

impl Egress {
    /// A way out. `authenticators` go by their names in the manifest.
    ///
    /// # Errors
    /// When an auth scheme of the policy has no authenticator.
    pub fn new(
        policy: Policy,
        scanner: SecretScanner,
        mut authenticators: BTreeMap<String, Arc<dyn Authenticator>>,
        transport: Arc<dyn Transport>,
        resolver: Arc<dyn Resolver>,
        limits: EgressLimits,
    ) -> Result<Self, MissingAuthenticator> {
        let by_id = policy.auths().iter().map(|name| match authenticators.remove(name) {
            Some(authenticator) => {
                let writes = authenticator.writes();
                Ok((authenticator, writes))
            }
            None => Err(MissingAuthenticator { provider: policy.provider().to_owned(), auth: name.clone() }),
        });
        let authenticators = by_id.collect::<Result<Vec<_>, _>>()?;
        let clients = Clients::new(transport, resolver, limits.client());
        let outlet = Arc::new(Outlet {
            policy,
            known: Known::new(scanner),
            clients,
            limits,
            rotation: OnceLock::new(),
        });
        let host = HostSender::new(Arc::clone(&outlet));
        Ok(Self { outlet, host, authenticators, observer: None, urls: url::Memo::default() })
    }

    /// Shows every request to an observer.
    #[must_use]
    pub fn with_observer(mut self, observer: Arc<dyn EgressObserver>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Lets the secrets be read again before a token is minted from them. Of
    /// several calls the first counts.
    #[must_use]
    pub fn following(self, rotation: Arc<dyn Rotation>) -> Self {
        self.outlet.rotation.get_or_init(|| rotation);
        self
    }

    /// What sends requests of the host's own.
    pub fn host(&self) -> &HostSender {
        &self.host
    }

    /// What it may reach.
    pub fn policy(&self) -> &Policy {
        &self.outlet.policy
    }

    /// Its limits.
    pub fn limits(&self) -> &EgressLimits {
        &self.outlet.limits
    }

    /// What finds the provider's secrets; for logs and returned texts too.
    pub fn scanner(&self) -> Arc<SecretScanner> {
        self.outlet.scanner()
    }

    /// Checks, authenticates and sends a request, and waits for the head of
    /// its answer. Has no deadline beyond that for connecting: wrap it in the
    /// call's. Dropping the future ends the exchange.
    ///
    /// # Errors
    /// Any status is an answer. An error says whether anything was sent.
    pub async fn send(
        &self,
        request: GuestRequest,
        budget: &CallBudget,
    ) -> Result<EgressResponse, EgressError> {
        let scanner = self.scanner();
        let refuse = |refusal: Refusal| EgressError::refused(&refusal, &scanner);
        let open = budget.open(self.policy().provider()).map_err(refuse)?;
        let url = self.parse(&request.url).map_err(refuse)?;
        let mut hop = Hop { written: request, url, may_authenticate: true };
        let mut followed = 0;
        let answer = loop {
            let sent_before = followed > 0;
            let answer = self.exchange(&hop, budget).await;
            let answer = answer.map_err(|error| EgressError { sent: error.sent || sent_before, ..error })?;
            if self.limits().redirects == Redirects::Return {
                break answer;
            }
            let after_sending = |refusal| EgressError { sent: true, ..refuse(refusal) };
            let next = redirect::next(answer.status, &answer.headers, &hop.written.method, &hop.url);
            let Some(next) = next.map_err(after_sending)? else { break answer };
            if followed == redirect::MOST {
                return Err(after_sending(redirect::too_many_redirects(&hop.url)));
            }
            followed += 1;
            hop = hop.follow(next);
        };
        // A token may have been minted on the way: the answer may have that in it.
        let scanner = self.scanner();
        let mut headers = headers::visible(&answer.headers);
        for (_, value) in &mut headers {
            if let std::borrow::Cow::Owned(clean) = scanner.redact(value) {
                *value = clean;
            }
        }
        let body = CappedBody::new(answer.body, self.limits().response_bytes, scanner, open);
        Ok(EgressResponse { status: answer.status.as_u16(), headers, body })
    }

    /// One request, from step 2 on; step 1 has made the hop.
    async fn exchange(&self, hop: &Hop, budget: &CallBudget) -> Result<IncomingResponse, EgressError> {
        // Of now: the hop before may have minted a token, and its answer may have named it.
        let scanner = self.scanner();
        let refuse = |refusal: Refusal| EgressError::refused(&refusal, &scanner);
        let GuestRequest { method, headers, body, auth, .. } = &hop.written;
        budget.take_request(self.policy().provider()).map_err(refuse)?;

        // 2. Where to, how, and as whom.
        let requested = auth.as_deref().filter(|_| hop.may_authenticate);
        let Permit { origin, auth, addresses } =
            self.policy().check(method, &hop.url, requested).map_err(refuse)?;
        let auth = auth
            .filter(|_| hop.may_authenticate)
            .and_then(|id| self.authenticators.get(id.0).map(|a| (id, a)));
        let nothing = Writes::default();
        let writes = auth.map_or(&nothing, |(_, (_, writes))| writes);
        let headers =
            headers::check_request(headers, &writes.headers, self.limits().headers).map_err(refuse)?;
        check_parameters(&hop.url, writes).map_err(refuse)?;

        // 3. What the guest wrote, before anything of the host's is in it.
        check_secrets(&hop.written, &hop.url, &scanner).map_err(refuse)?;

        // 4. The credential.
        let mut outgoing =
            OutgoingRequest { method: method.clone(), url: hop.url.clone(), headers, body: body.clone() };
        let mut used = None;
        if let Some((id, (authenticator, _))) = auth {
            let written = authenticator.authenticate(&mut outgoing, &self.host).await;
            let generation = written.map_err(|error| {
                EgressError::auth(&error, self.name(id), self.policy().provider(), &self.scanner())
            })?;
            used = Some((id, generation));
        }
        if let Some(observer) = &self.observer {
            let sent = ObservedRequest::of(&outgoing, writes, &self.scanner());
            observer.request(self.policy().provider(), &hop.written, &sent);
        }

        // 5 and 6. 7: the head; the body is guarded as it is read.
        let purpose = Purpose { origin, addresses, side: Side::Plugin(used) };
        let peer = hop.url.host_str().unwrap_or_default();
        let answer = self.outlet.deliver(peer, purpose, outgoing).await?;
        if let Some((_, (authenticator, _))) = auth {
            authenticator.answered(answer.status, &answer.headers);
        }
        if let (StatusCode::UNAUTHORIZED, Some((_, (authenticator, _))), Some((_, generation))) =
            (answer.status, auth, used)
        {
            authenticator.refused(generation);
        }
        Ok(answer)
    }

    /// Step 1.
    fn parse(&self, text: &str) -> Result<Url, Refusal> {
        self.urls.parse(text).map_err(|error| Refusal {
            rule: Rule::Url,
            what: error.to_string(),
            allow_with: "nothing allows it; change the plugin, or the `base-url` it is given".to_owned(),
        })
    }

    fn name(&self, id: AuthId) -> &str {
        self.policy().auths().get(id.0).map_or("", String::as_str)
    }
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress")
            .field("provider", &self.policy().provider())
            .field("limits", self.limits())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
