//! What the host keeps for one instance: the provider it is bound to, its
//! handles, its share of memory, and the counters of the call in progress.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Result};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi_http::WasiHttpCtx;

use crate::bound::Bound;
use crate::egress::limits::CallBudget;
use crate::imports::{Door, Tail};

/// The data of one store.
pub(crate) struct State {
    pub(crate) table: ResourceTable,
    pub(crate) wasi: WasiCtx,
    pub(crate) wasi_http: WasiHttpCtx,
    pub(crate) door: Door,
    pub(crate) bound: Arc<Bound>,
    pub(crate) call: Arc<CallBudget>,
    pub(crate) memory: MemoryShare,
    pub(crate) printed: Tail,
    /// Bodies of answers that the guest holds.
    pub(crate) bodies: u32,
}

impl State {
    pub(crate) fn new(bound: &Arc<Bound>) -> Result<Self> {
        let printed = Tail::default();
        let call = Arc::new(CallBudget::new(bound.egress.limits()));
        Ok(Self {
            table: handles(),
            wasi: crate::imports::wasi_context(&bound.directories, &printed)?,
            wasi_http: WasiHttpCtx::new(),
            door: Door::new(Arc::clone(bound), Arc::clone(&call)),
            bound: Arc::clone(bound),
            call,
            memory: MemoryShare::new(bound.memory_limit()),
            printed,
            bodies: 0,
        })
    }

    /// Begins a call: its requests and connections count from zero.
    pub(crate) fn begin(&mut self) {
        let call = Arc::new(CallBudget::new(self.bound.egress.limits()));
        self.door.call = Arc::clone(&call);
        self.call = call;
    }
}

/// The most handles that a guest has at once. Some of them stand for memory of
/// the host's, as a list of headers does for up to 128 KiB, so this bounds what
/// a guest takes beside its own memory.
const HANDLES: usize = 1_000;

fn handles() -> ResourceTable {
    let mut table = ResourceTable::new();
    table.set_max_capacity(HANDLES);
    table
}

/// What an instance may have, summed over all its memories: a limit on each
/// would let a component with many of them have many times as much.
#[derive(Debug)]
pub(crate) struct MemoryShare {
    limit: usize,
    used: usize,
    refused: bool,
}

/// The most elements of one table; a guest of ordinary size has some hundreds.
const TABLE_ELEMENTS: usize = 100_000;

impl MemoryShare {
    fn new(limit: usize) -> Self {
        Self { limit, used: 0, refused: false }
    }

    /// Whether more was asked for than there is.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }
}

impl ResourceLimiter for MemoryShare {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.limit {
            self.refused = true;
            return Ok(false);
        }
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        Ok(desired <= TABLE_ELEMENTS && maximum.is_none_or(|maximum| desired <= maximum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_summed_over_all_memories() {
        let mut share = MemoryShare::new(100);
        assert!(share.memory_growing(0, 60, None).unwrap());
        assert!(!share.memory_growing(0, 60, None).unwrap(), "a second memory");
        assert!(share.refused());
        assert!(share.memory_growing(60, 100, None).unwrap(), "the first may still grow");
    }

    #[test]
    fn a_table_has_an_upper_bound_of_its_own() {
        let mut share = MemoryShare::new(100);
        assert!(share.table_growing(0, TABLE_ELEMENTS, None).unwrap());
        assert!(!share.table_growing(0, TABLE_ELEMENTS + 1, None).unwrap());
        assert!(!share.table_growing(0, 11, Some(10)).unwrap());
    }

    #[test]
    fn a_memory_beyond_its_own_maximum_takes_nothing_of_the_share() {
        let mut share = MemoryShare::new(100);
        assert!(!share.memory_growing(0, 60, Some(50)).unwrap());
        assert!(!share.refused());
        assert!(share.memory_growing(0, 100, None).unwrap());
    }
}
