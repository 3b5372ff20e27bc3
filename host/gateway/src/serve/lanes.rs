//! Threads that share connections among them, each with a runtime of its own.
//!
//! A request that stays on one thread from the client's socket to the upstream's
//! wakes no other. On a runtime of many threads most pieces of it wake one, which
//! costs a third of all.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use jackfield_runtime::lane;
use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;

/// Threads that share connections among them. Dropping them ends what still runs
/// there.
#[derive(Debug)]
pub struct Lanes {
    handles: Vec<Handle>,
    next: AtomicUsize,
    stop: Option<watch::Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Lanes {
    /// So many threads, at least one.
    ///
    /// # Errors
    /// The system gives no more threads.
    pub fn start(count: usize) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(());
        let mut lanes =
            Self { handles: Vec::new(), next: AtomicUsize::new(0), stop: Some(stop), threads: Vec::new() };
        for number in 0..count.max(1) {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            lanes.handles.push(runtime.handle().clone());
            let mut stopped = stopped.clone();
            let run = move || {
                lane::enter(number);
                // Nothing is ever sent: the sender goes when the lanes end.
                let _ = runtime.block_on(stopped.changed());
                runtime.shutdown_background();
            };
            let name = format!("jackfield-lane-{number}");
            lanes.threads.push(std::thread::Builder::new().name(name).spawn(run)?);
        }
        Ok(lanes)
    }

    /// Where the next connection goes: they take turns.
    pub(super) fn next(&self) -> &Handle {
        let place = self.next.fetch_add(1, Ordering::Relaxed) % self.handles.len();
        &self.handles[place]
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.stop = None;
        for thread in self.threads.drain(..) {
            // It has told of its panic itself.
            let _ = thread.join();
        }
    }
}
