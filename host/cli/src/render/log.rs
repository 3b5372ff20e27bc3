//! The log on stderr, of the host and of its plugins.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::LogFormat;

/// Starts logging. Libraries below speak up only where they warn, unless
/// everything is asked for.
pub(crate) fn start(level: LevelFilter, format: LogFormat) {
    let libraries =
        if level == LevelFilter::TRACE { LevelFilter::DEBUG } else { level.min(LevelFilter::WARN) };
    let filter = Targets::new().with_target("jackfield", level).with_default(libraries);
    let lines = tracing_subscriber::fmt::layer()
        .with_target(level >= LevelFilter::DEBUG || format == LogFormat::Json)
        .with_writer(anstream::stderr);
    // Programs that read a log want to know when; people see it.
    let lines = match format {
        LogFormat::Text => lines.without_time().with_filter(filter).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
    };
    // The only way to fail is that another log was started, and then it is in use.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}
