//! Counters in the text form of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use http::StatusCode;

use crate::endpoint::Endpoint;

/// What the gateway has done so far.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    feedback: Mutex<BTreeMap<i8, u64>>,
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn count(&self, endpoint: Endpoint, status: StatusCode) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((endpoint.name(), status.as_u16())).or_default() += 1;
    }

    /// Somebody told what an answer was worth.
    pub(crate) fn feedback(&self, value: i8) {
        let mut feedback = self.feedback.lock().unwrap_or_else(PoisonError::into_inner);
        *feedback.entry(value).or_default() += 1;
    }

    /// All counters as text.
    pub(crate) fn render(&self) -> String {
        let mut text = "# HELP jackfield_requests_total Requests answered.\n\
                        # TYPE jackfield_requests_total counter\n"
            .to_owned();
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for ((endpoint, status), count) in requests.iter() {
            let _ = writeln!(
                text,
                "jackfield_requests_total{{endpoint=\"{endpoint}\",status=\"{status}\"}} {count}"
            );
        }
        text.push_str(
            "# HELP jackfield_feedback_total Feedback by its value, -10 to 10.\n\
             # TYPE jackfield_feedback_total counter\n",
        );
        let feedback = self.feedback.lock().unwrap_or_else(PoisonError::into_inner);
        for (value, count) in feedback.iter() {
            let _ = writeln!(text, "jackfield_feedback_total{{value=\"{value}\"}} {count}");
        }
        text
    }
}
