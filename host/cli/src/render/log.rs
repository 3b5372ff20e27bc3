//! The log on stderr, of the host and of its plugins.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging. Libraries below speak up only where they warn, unless
/// everything is asked for.
pub(crate) fn start(level: LevelFilter) {
    let libraries =
        if level == LevelFilter::TRACE { LevelFilter::DEBUG } else { level.min(LevelFilter::WARN) };
    let filter = Targets::new().with_target("jackfield", level).with_default(libraries);
    let lines = tracing_subscriber::fmt::layer()
        .without_time()
        .with_target(level >= LevelFilter::DEBUG)
        .with_writer(anstream::stderr)
        .with_filter(filter);
    // The only way to fail is that another log was started, and then it is in use.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}
