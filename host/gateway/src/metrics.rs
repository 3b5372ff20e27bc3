//! Counters in the text form of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use jackfield_router::cache::Status;
use jackfield_router::price::Money;
use jackfield_runtime::InstanceCount;
use jackfield_runtime::api::types::Usage;

use crate::endpoint::Endpoint;

/// What the gateway has done so far.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    feedback: Mutex<BTreeMap<i8, u64>>,
    /// By provider, since models are named by clients, without end.
    used: Mutex<BTreeMap<Arc<str>, Totals>>,
    cached: Mutex<BTreeMap<&'static str, u64>>,
}

/// Plugin instances at this moment, in the text form of Prometheus.
pub(crate) fn instances(count: InstanceCount) -> String {
    format!(
        "# HELP jackfield_plugin_instances Plugin instances that are alive: in a call or stream, or idle and warm.\n\
         # TYPE jackfield_plugin_instances gauge\n\
         jackfield_plugin_instances{{state=\"busy\"}} {}\n\
         jackfield_plugin_instances{{state=\"idle\"}} {}\n",
        count.busy, count.idle
    )
}

/// What one call used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Used<'u> {
    pub(crate) usage: &'u Usage,
    pub(crate) cost: Option<Money>,
}

#[derive(Debug, Default)]
struct Totals {
    input_tokens: u64,
    output_tokens: u64,
    nano_dollars: u64,
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

    /// A call used this much of a provider's.
    pub(crate) fn used(&self, provider: &Arc<str>, used: Used<'_>) {
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(provider) {
            all.insert(Arc::clone(provider), Totals::default());
        }
        let Some(totals) = all.get_mut(provider) else { return };
        let add = |total: &mut u64, more: Option<u64>| *total = total.saturating_add(more.unwrap_or(0));
        add(&mut totals.input_tokens, used.usage.input_tokens);
        add(&mut totals.output_tokens, used.usage.output_tokens);
        add(&mut totals.nano_dollars, used.cost.map(Money::nanos));
    }

    /// The cache was asked, and this is how it stood.
    pub(crate) fn cached(&self, status: Status) {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        *cached.entry(status.name()).or_default() += 1;
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
        self.render_usage(&mut text);
        text.push_str(
            "# HELP jackfield_cache_total Requests for which the cache was asked, by how it stood.\n\
             # TYPE jackfield_cache_total counter\n",
        );
        for (status, count) in self.cached.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _ = writeln!(text, "jackfield_cache_total{{status=\"{status}\"}} {count}");
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

    fn render_usage(&self, text: &mut String) {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(
            "# HELP jackfield_tokens_total Tokens used, as providers tell or as estimated.\n\
             # TYPE jackfield_tokens_total counter\n",
        );
        for (provider, totals) in used.iter() {
            for (kind, count) in [("input", totals.input_tokens), ("output", totals.output_tokens)] {
                let _ = writeln!(
                    text,
                    "jackfield_tokens_total{{provider=\"{provider}\",kind=\"{kind}\"}} {count}"
                );
            }
        }
        text.push_str(
            "# HELP jackfield_cost_dollars_total What calls with a known price cost, in US dollars.\n\
             # TYPE jackfield_cost_dollars_total counter\n",
        );
        for (provider, totals) in used.iter() {
            let dollars = Money::from_nanos(totals.nano_dollars);
            let _ = writeln!(text, "jackfield_cost_dollars_total{{provider=\"{provider}\"}} {dollars}");
        }
    }
}
