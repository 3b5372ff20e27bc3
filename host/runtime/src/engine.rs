//! The engine that all plugins of a host share, sized by the operator, and the
//! thread that keeps every guest interruptible.
//!
//! A guest that spins would hold its thread for ever. Epochs stop it: the thread
//! here advances them, compiled code looks at them, and a guest that has run for
//! a tick hands control back to the host's timers, which end it at its deadline.

use std::sync::{Arc, Weak};
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::error::HostError;

/// How long a guest computes before the host's timers get a look in. Shorter
/// ticks make deadlines sharper for spinning guests and cost a thread wake-up
/// each.
const TICK: Duration = Duration::from_millis(5);

/// Ticks between two sweeps of idle instances: one second.
const SWEEP_EVERY: u32 = 200;

/// Core instances, memories and tables of one component. A Rust plugin has 4
/// core instances, 1 memory and 2 tables; JavaScript and Python have up to 20
/// core modules around one memory.
const CORE_INSTANCES: u32 = 40;
const TABLES: u32 = 20;
const MEMORIES: u32 = 4;

/// Bytes of a memory that are cleared by writing zeros rather than given back
/// to the kernel when an instance ends: what a typical call of a Rust plugin
/// touches, so that the next instance in its slot takes no page faults.
const KEEP_RESIDENT: usize = 256 << 10;

/// Sizes of the pool that instances are taken from. Address space is reserved
/// for all of them at the start; memory is used only by those that run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSizes {
    /// The most instances alive at once: calls and streams in progress, and
    /// warm ones waiting. One more call fails with
    /// [`CallError::Exhausted`](crate::CallError::Exhausted).
    pub instances: u32,
    /// The most bytes that one memory of any plugin may have. A provider's
    /// `limits.memory` can ask for less, not for more.
    pub memory: usize,
}

impl Default for PoolSizes {
    /// 2,000 instances of at most 512 MiB each.
    fn default() -> Self {
        Self { instances: 2_000, memory: 512 << 20 }
    }
}

/// Builds the engine.
pub(crate) fn build(sizes: PoolSizes) -> Result<Engine, HostError> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(sizes.instances)
        .total_core_instances(sizes.instances.saturating_mul(4).max(CORE_INSTANCES))
        .total_memories(sizes.instances.max(MEMORIES))
        .total_tables(sizes.instances.saturating_mul(2).max(TABLES))
        .total_stacks(sizes.instances)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_component_instance_size(8 << 20)
        .max_core_instance_size(8 << 20)
        .table_elements(100_000)
        .max_memory_size(sizes.memory)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(16 << 10)
        .async_stack_keep_resident(0)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .epoch_interruption(true)
        .memory_init_cow(true)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(20))
        .parallel_compilation(true);
    Engine::new(&config).map_err(|error| HostError::Engine { message: format!("{error:#}") })
}

/// Work that the timer thread does now and then.
pub(crate) trait Sweep: Send + Sync + 'static {
    /// Retires what has been idle for too long.
    fn sweep(&self);
}

/// Starts the timer thread. It ends by itself once `host` is gone.
pub(crate) fn start_ticking<S: Sweep>(engine: &Engine, host: &Arc<S>) -> Result<(), HostError> {
    let engine = engine.weak();
    let host: Weak<S> = Arc::downgrade(host);
    std::thread::Builder::new()
        .name("jackfield-timer".to_owned())
        .spawn(move || {
            let mut ticks = 0_u32;
            loop {
                std::thread::sleep(TICK);
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
                ticks = ticks.wrapping_add(1);
                if ticks.is_multiple_of(SWEEP_EVERY) {
                    let Some(host) = host.upgrade() else { return };
                    host.sweep();
                }
            }
        })
        .map(drop)
        .map_err(HostError::Timer)
}
