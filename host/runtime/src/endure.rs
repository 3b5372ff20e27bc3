//! A singleton's calls are made to their end, wanted or not: its instance holds
//! data, and an instance that is left in the middle of a call can't be entered
//! again. A caller that hangs up, or whose deadline passes, waits no longer; the
//! call goes on in a task of its own, for as long as `timeouts.total` allows, and
//! keeps its turn until then. Only a crash or that limit ends the instance.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::{Resource, ResourceAny};

use crate::active::Active;
use crate::deadline::{Deadline, before};
use crate::host::Shared;
use crate::imports::body::IncomingBody;
use crate::live::Live;

/// What an answer leaves open in its instance until the caller has read it.
#[derive(Debug)]
pub(crate) enum Left {
    /// Nothing.
    Nothing,
    /// A guest's stream.
    Stream(ResourceAny),
    /// A body that the guest handed back.
    Body(Resource<IncomingBody>),
}

/// Who takes care of an instance that its caller has left.
pub(crate) struct Heir {
    pub(crate) active: Arc<Active>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) tenant: Option<Arc<str>>,
    /// The provider's own, without the caller's.
    pub(crate) deadline: Deadline,
    /// Nobody else is served before the instance is back.
    pub(crate) turn: Option<OwnedSemaphorePermit>,
    /// What was open before the call.
    pub(crate) left: Left,
}

type Ended<R> = (Box<Live>, wasmtime::Result<R>);

/// A call that goes on when it is dropped.
pub(crate) struct Enduring<R: Send + 'static> {
    call: Option<BoxFuture<'static, Ended<R>>>,
    heir: Option<Heir>,
    opens: fn(R) -> Left,
}

impl<R: Send + 'static> Enduring<R> {
    pub(crate) fn new(heir: Heir, call: BoxFuture<'static, Ended<R>>, opens: fn(R) -> Left) -> Self {
        Self { call: Some(call), heir: Some(heir), opens }
    }

    /// Gives back what the heir was given, once the call is over.
    pub(crate) fn over(mut self) -> Option<Heir> {
        self.heir.take()
    }
}

impl<R: Send + 'static> Future for Enduring<R> {
    type Output = Ended<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended<R>> {
        let Some(call) = self.call.as_mut() else { return Poll::Pending };
        let ended = call.as_mut().poll(cx);
        if ended.is_ready() {
            self.call = None;
        }
        ended
    }
}

impl<R: Send + 'static> Drop for Enduring<R> {
    fn drop(&mut self) {
        let (Some(call), Some(heir)) = (self.call.take(), self.heir.take()) else { return };
        let opens = self.opens;
        spawn(async move {
            let clock = heir.active.bound.clock();
            match before(clock.as_ref(), heir.deadline, call).await {
                Some((live, Ok(answer))) => heir.settle(live, opens(answer)).await,
                Some((_, Err(error))) => {
                    heir.lost(&format!("it crashed: {}", error.root_cause()));
                    if heir.active.crashed() {
                        heir.shared.crashed_too_often(&heir.active).await;
                    }
                }
                None => heir.lost("a call that nobody waits for took longer than timeouts.total"),
            }
        });
    }
}

impl Heir {
    /// Sees to an instance that is in no call.
    pub(crate) fn adopt(self, live: Box<Live>) {
        match self.left {
            Left::Nothing => self.active.keep(&self.tenant, live),
            Left::Stream(_) | Left::Body(_) => spawn(self.settle(live, Left::Nothing)),
        }
    }

    /// Closes what the calls have left open, and puts the instance back.
    async fn settle(mut self, mut live: Box<Live>, opened: Left) {
        for left in [std::mem::replace(&mut self.left, Left::Nothing), opened] {
            if let Err(why) = self.close(&mut live, left).await {
                return self.lost(&why);
            }
        }
        self.active.keep(&self.tenant, live);
    }

    async fn close(&self, live: &mut Live, left: Left) -> Result<(), String> {
        match left {
            Left::Nothing => Ok(()),
            Left::Body(body) => {
                let state = live.store.data_mut();
                state.bodies -= 1;
                state.table.delete(body).map(drop).map_err(|error| error.to_string())
            }
            Left::Stream(resource) => {
                let clock = self.active.bound.clock();
                let dropped = resource.resource_drop_async(&mut live.store);
                match before(clock.as_ref(), self.deadline, dropped).await {
                    Some(dropped) => dropped.map_err(|error| error.root_cause().to_string()),
                    None => Err("closing its stream took longer than timeouts.total".to_owned()),
                }
            }
        }
    }

    fn lost(&self, why: &str) {
        let bound = &self.active.bound;
        let why = bound.egress.scanner().redact(why);
        tracing::warn!(provider = %bound.name, plugin = %bound.plugin.label(), "a singleton begins anew: {why}");
    }
}

/// Lets the work go on by itself. Without a runtime there is nobody to do it.
fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        drop(runtime.spawn(work));
    }
}
