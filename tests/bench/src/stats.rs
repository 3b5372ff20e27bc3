//! Medians, and a line of the table.

use std::time::Duration;

/// The median of some times.
pub fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A time in microseconds.
pub fn micros(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

/// Prints what something took, what it added to `base`, and what the goal is.
pub fn line(what: &str, time: Duration, base: Option<Duration>, goal: &str) {
    let added = base.map_or_else(String::new, |base| {
        let added = time.as_secs_f64() - base.as_secs_f64();
        format!("{:.1} µs", added * 1e6)
    });
    println!("{what:<58} {:>10} {added:>10} {goal:>8}", micros(time));
}
