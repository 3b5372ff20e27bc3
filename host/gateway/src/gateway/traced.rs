//! By which ids a request is known: to the client, in logs, and in the traces of
//! other systems.

use http::{HeaderMap, HeaderName, HeaderValue};
use jackfield_router::SystemRandom;
use jackfield_router::trace::Trace;

use crate::portkey::LONGEST_TRACE;

/// The ids of one request. Kept among the request's extensions.
#[derive(Debug, Clone)]
pub(crate) struct Traced {
    shown: Option<HeaderValue>,
    parent: Option<HeaderValue>,
    /// The client's own words for its step of the trace, and for the one above.
    steps: [Option<HeaderValue>; 3],
}

/// How the log and clients call them.
const STEPS: [&str; 3] = ["x-portkey-span-id", "x-portkey-span-name", "x-portkey-parent-span-id"];

impl Traced {
    /// Goes on with the trace that the client's `traceparent` began, or begins
    /// one. It is shown under the client's own name for it, if there is one.
    pub(super) fn begin(asked: &HeaderMap) -> Self {
        let mut parents = asked.get_all("traceparent").iter().filter_map(|value| value.to_str().ok());
        let parent = parents.next().filter(|_| parents.next().is_none());
        let states = asked.get_all("tracestate").iter().filter_map(|value| value.to_str().ok());
        let named = |name| asked.get(name).filter(|label: &&HeaderValue| label.len() <= LONGEST_TRACE);
        let label = named("x-portkey-trace-id");
        let trace = Trace::begin(parent, states, label.cloned(), &SystemRandom);
        Self {
            shown: trace.label.clone().or_else(|| HeaderValue::try_from(trace.shown()).ok()),
            parent: HeaderValue::try_from(trace.context.to_string()).ok(),
            steps: STEPS.map(|name| named(name).cloned()),
        }
    }

    /// The id that the client knows.
    pub(crate) fn shown(&self) -> Option<&str> {
        self.shown.as_ref()?.to_str().ok()
    }

    /// What the client calls its step: id, name, and the id of the one above.
    pub(super) fn steps(&self) -> [Option<&str>; 3] {
        self.steps.each_ref().map(|step| step.as_ref()?.to_str().ok())
    }

    /// What everything that is logged about the request stands in.
    pub(super) fn span(&self) -> tracing::Span {
        let [span_id, span_name, parent_span_id] = self.steps();
        tracing::info_span!(
            target: "jackfield::request", "request", trace = self.shown(), span_id, span_name, parent_span_id
        )
    }

    /// Tells the client.
    pub(super) fn tell(self, told: &mut HeaderMap) {
        const SHOWN: HeaderName = HeaderName::from_static("x-portkey-trace-id");
        const OWN: HeaderName = HeaderName::from_static("x-jackfield-trace-id");
        const PARENT: HeaderName = HeaderName::from_static("traceparent");
        if let Some(shown) = self.shown {
            told.insert(SHOWN, shown.clone());
            told.insert(OWN, shown);
        }
        if let Some(parent) = self.parent {
            told.insert(PARENT, parent);
        }
    }
}
