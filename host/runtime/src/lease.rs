//! One call: an instance taken for it, its deadline, and what becomes of the
//! instance afterwards.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::Resource;

use crate::active::Active;
use crate::api::types;
use crate::context::CallContext;
use crate::deadline::{Deadline, before};
use crate::endure::{Enduring, Heir, Left};
use crate::error::{CallError, Phase};
use crate::fault::{self, failed};
use crate::host::Shared;
use crate::imports::body::IncomingBody;
use crate::interface::Interface;
use crate::live::{Call, Live, Owned};
use crate::stream::ByteStream;

/// The result of a call as the contract gives it.
pub(crate) type Answer<R> = Result<R, types::Error>;

/// An instance, taken for one call.
pub(crate) struct Lease {
    pub(crate) active: Arc<Active>,
    shared: Arc<Shared>,
    /// Gone once it must not be used again.
    live: Option<Owned>,
    tenant: Option<Arc<str>>,
    pub(crate) deadline: Deadline,
    /// What the guest holds open for the caller between two calls.
    pub(crate) left: Left,
    turn: Option<OwnedSemaphorePermit>,
}

impl Lease {
    /// Takes a warm instance or starts one.
    pub(crate) async fn take(
        shared: &Arc<Shared>,
        active: Arc<Active>,
        context: &CallContext,
        interface: Interface,
    ) -> Result<Self, CallError> {
        let bound = &active.bound;
        if !bound.plugin.has(interface) {
            return Err(CallError::NotExported {
                provider: bound.name.to_string(),
                plugin: bound.plugin.label(),
                interface,
            });
        }
        let deadline = Deadline::new(bound.clock().now(), bound.total_timeout(), context.deadline);
        let turn = turn(&active, deadline).await?;
        bound.follow_secrets().await;
        let live = match active.take(&context.tenant) {
            Some(mut live) => {
                live.store.data_mut().begin();
                live
            }
            None => start(shared, &active, deadline).await?,
        };
        Ok(Self {
            active,
            shared: Arc::clone(shared),
            live: Some(live),
            tenant: context.tenant.clone(),
            deadline,
            left: Left::Nothing,
            turn: Some(turn),
        })
    }

    /// The deadline for an upstream to accept a streamed request: the first
    /// token's, if that is earlier.
    pub(crate) fn accepting(&self) -> Deadline {
        let first_token = self.active.bound.first_token_timeout();
        self.deadline.within(self.deadline.start, first_token, Phase::FirstToken)
    }

    /// Ends the call and gives the caller the body that the guest handed back.
    pub(crate) fn hand_over(mut self, body: Resource<IncomingBody>) -> Result<ByteStream, CallError> {
        let (active, deadline) = (Arc::clone(&self.active), self.deadline);
        let taken = self.live.as_mut().map(|live| {
            let state = live.store.data_mut();
            state.bodies -= 1;
            state.table.delete(body)
        });
        match taken {
            Some(Ok(body)) => {
                self.finish(Ok(()))?;
                Ok(ByteStream::passing(body, active, deadline))
            }
            Some(Err(error)) => Err(CallError::Contract {
                provider: active.bound.name.to_string(),
                plugin: active.bound.plugin.label(),
                message: format!("the body that it handed back isn't one: {error}"),
            }),
            None => Err(CallError::Sandbox {
                provider: active.bound.name.to_string(),
                message: "the call is over".to_owned(),
            }),
        }
    }

    /// Makes a call within the deadline. After a trap or a timeout the instance
    /// is gone; a singleton's is only after a trap.
    pub(crate) async fn run<R: Send + 'static>(
        &mut self,
        deadline: Deadline,
        call: impl for<'a> FnOnce(&'a mut Live) -> Call<'a, R> + Send + 'static,
    ) -> Result<R, CallError> {
        self.open(deadline, call, |_| Left::Nothing).await
    }

    /// The same for a call whose answer leaves something open.
    pub(crate) async fn open<R: Send + 'static>(
        &mut self,
        deadline: Deadline,
        call: impl for<'a> FnOnce(&'a mut Live) -> Call<'a, R> + Send + 'static,
        opens: fn(R) -> Left,
    ) -> Result<R, CallError> {
        let Some(mut live) = self.live.take() else {
            return Err(CallError::Sandbox {
                provider: self.active.bound.name.to_string(),
                message: "the call is over".to_owned(),
            });
        };
        if self.active.bound.singleton() {
            return self.endure(live, deadline, call, opens).await;
        }
        // Should this future be dropped, the instance goes with it.
        let outcome = before(self.active.bound.clock().as_ref(), deadline, call(&mut live)).await;
        match outcome {
            Some(Ok(answer)) => {
                self.live = Some(live);
                Ok(answer)
            }
            Some(Err(error)) => Err(self.crashed(live, &error).await),
            None => Err(deadline.passed(&self.active, live.store.data().call.requests() > 0)),
        }
    }

    /// Makes a singleton's call: should this future be dropped, the call goes on.
    async fn endure<R: Send + 'static>(
        &mut self,
        mut live: Box<Live>,
        deadline: Deadline,
        call: impl for<'a> FnOnce(&'a mut Live) -> Call<'a, R> + Send + 'static,
        opens: fn(R) -> Left,
    ) -> Result<R, CallError> {
        let whole = Box::pin(async move {
            let answer = call(&mut live).await;
            (live, answer)
        });
        let mut enduring = Enduring::new(self.heir(), whole, opens);
        match before(self.active.bound.clock().as_ref(), deadline, &mut enduring).await {
            Some((live, answer)) => {
                if let Some(heir) = enduring.over() {
                    (self.turn, self.left) = (heir.turn, heir.left);
                }
                match answer {
                    Ok(answer) => {
                        self.live = Some(live);
                        Ok(answer)
                    }
                    Err(error) => Err(self.crashed(live, &error).await),
                }
            }
            // Whether the guest has sent anything is for the guest alone to know by now.
            None => Err(deadline.passed(&self.active, true)),
        }
    }

    /// Who takes over when the caller leaves.
    fn heir(&mut self) -> Heir {
        Heir {
            active: Arc::clone(&self.active),
            shared: Arc::clone(&self.shared),
            tenant: self.tenant.clone(),
            deadline: Deadline::new(self.deadline.start, self.active.bound.total_timeout(), None),
            turn: self.turn.take(),
            left: std::mem::replace(&mut self.left, Left::Nothing),
        }
    }

    /// Gives an instance up that trapped.
    async fn crashed(&mut self, live: Box<Live>, error: &wasmtime::Error) -> CallError {
        let error = fault::trapped(&self.active, &live, error);
        drop(live);
        if self.active.crashed() {
            self.shared.crashed_too_often(&self.active).await;
        }
        error
    }

    /// Ends the call: a refusal in the contract's terms leaves the instance as
    /// sound as an answer does.
    pub(crate) fn finish<R>(mut self, answer: Answer<R>) -> Result<R, CallError> {
        if let Some(live) = self.live.take() {
            self.active.keep(&self.tenant, live);
        }
        answer.map_err(|error| failed(&self.active, error))
    }
}

impl Drop for Lease {
    /// A call that didn't end as it should costs the instance, unless that holds
    /// data.
    fn drop(&mut self) {
        if let Some(live) = self.live.take().filter(|_| self.active.bound.singleton()) {
            self.heir().adopt(live);
        }
    }
}

/// Starts an instance outside of a call, to see that the plugin can be started
/// for its provider.
pub(crate) async fn try_start(shared: &Shared, active: &Active) -> Result<Owned, CallError> {
    let bound = &active.bound;
    start(shared, active, Deadline::new(bound.clock().now(), bound.total_timeout(), None)).await
}

/// Starts an instance. Where all are taken, warm ones of other providers give way.
async fn start(shared: &Shared, active: &Active, deadline: Deadline) -> Result<Owned, CallError> {
    let bound = &active.bound;
    let mut made_room = false;
    loop {
        let started = before(bound.clock().as_ref(), deadline, Live::start(bound, shared.count())).await;
        match started.ok_or_else(|| deadline.passed(active, false))? {
            Ok(live) => return Ok(live),
            Err(error) if error.is::<wasmtime::PoolConcurrencyLimitError>() => {
                if made_room || shared.make_room() == 0 {
                    return Err(CallError::Exhausted { limit: shared.instances() });
                }
                made_room = true;
            }
            Err(error) => {
                return Err(CallError::Sandbox {
                    provider: bound.name.to_string(),
                    message: format!("plugin {} can't be started: {error:#}", bound.plugin.label()),
                });
            }
        }
    }
}

/// Waits for one of the places that the provider has for calls in progress, in
/// a queue that is only so long.
async fn turn(active: &Arc<Active>, deadline: Deadline) -> Result<OwnedSemaphorePermit, CallError> {
    let places = Arc::clone(&active.places);
    if let Ok(permit) = Arc::clone(&places).try_acquire_owned() {
        return Ok(permit);
    }
    let bound = &active.bound;
    let _waiting = active.queue().ok_or_else(|| {
        let (concurrency, queue) = bound.concurrency();
        CallError::Busy { provider: bound.name.to_string(), concurrency, queue }
    })?;
    let permit = before(bound.clock().as_ref(), deadline, places.acquire_owned()).await;
    permit.ok_or_else(|| deadline.passed(active, false))?.map_err(|_| CallError::Sandbox {
        provider: bound.name.to_string(),
        message: "its queue is closed".to_owned(),
    })
}
