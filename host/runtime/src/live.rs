//! One instance of a plugin with its store.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use wasmtime::Store;
use wasmtime::component::Instance;

use crate::bound::Bound;
use crate::count::{Count, Counted};
use crate::guests::Guests;
use crate::state::State;

/// An instance that is alive. It runs one call at a time; dropping it in the
/// middle of one ends the guest and closes what it had open. Large: it lives on
/// the heap and is handed around there.
pub(crate) struct Live {
    pub(crate) store: Store<State>,
    pub(crate) instance: Instance,
    pub(crate) guests: Guests,
    /// Calls that it has served.
    pub(crate) uses: u32,
    /// When its last call ended.
    pub(crate) idle_since: Instant,
    /// Goes last, when the instance has.
    _counted: Counted,
}

/// An instance as it is handed around.
pub(crate) type Owned = Box<Live>;

impl Live {
    /// Starts an instance for a provider, and counts it.
    pub(crate) async fn start(bound: &Arc<Bound>, count: &Count) -> wasmtime::Result<Owned> {
        let pre = bound.plugin.pre();
        let mut store = Store::new(pre.engine(), State::new(bound)?);
        store.limiter(|state| &mut state.memory);
        // Whenever the guest has computed for a tick, the host's timers get to
        // run: they are what ends it.
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let counted = count.one();
        let instance = pre.instantiate_async(&mut store).await?;
        Ok(Box::new(Self {
            store,
            instance,
            guests: Guests::default(),
            uses: 0,
            idle_since: bound.clock().now(),
            _counted: counted,
        }))
    }

    /// Whether nothing of the last call is left in it that would keep a
    /// connection open.
    pub(crate) fn clean(&self) -> bool {
        let state = self.store.data();
        state.bodies == 0 && state.door.open() == 0
    }
}

/// A call into an instance.
pub(crate) type Call<'a, R> = BoxFuture<'a, wasmtime::Result<R>>;

macro_rules! accessors {
    ($($interface:ident),+ $(,)?) => {
        impl Live {
            $(
                pub(crate) fn $interface(
                    &mut self,
                ) -> wasmtime::Result<(&crate::api::$interface::Guest, &mut Store<State>)> {
                    let guest = self.guests.$interface(&mut self.store, &self.instance)?;
                    Ok((guest, &mut self.store))
                }
            )+
        }
    };
}

accessors!(llm, embedding, rerank, transcription, speech, vector_store, callback, tool, passthrough, models);
