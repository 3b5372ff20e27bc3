//! What is told of hooks that ran, in the shape of Portkey's `hook_results`.

mod time;

use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{CheckError, Finding};
use crate::config::{Check, Feedback, Hook, HookKind};

/// What one check came to.
#[derive(Debug, Clone, Serialize)]
pub struct CheckReport {
    /// What it saw.
    pub data: Value,
    /// Whether it is content.
    pub verdict: bool,
    /// The check.
    pub id: String,
    /// Why it could say nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// How long it took, in milliseconds.
    pub execution_time: u64,
    /// Whether it changed something.
    pub transformed: bool,
    /// When it began.
    pub created_at: String,
    /// Whether an error counts as a bad verdict.
    pub fail_on_error: bool,
}

/// Why a check could say nothing.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorReport {
    /// Its kind.
    pub name: &'static str,
    /// What happened.
    pub message: String,
}

/// When something began and how long it took.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// When it began.
    pub began: SystemTime,
    /// How long it took.
    pub took: Duration,
}

impl CheckReport {
    /// What a check came to.
    pub fn new(check: &Check, found: Result<Finding, CheckError>, transformed: bool, timing: Timing) -> Self {
        let (verdict, data, error) = match found {
            Ok(Finding { verdict, data }) => (verdict, data, None),
            Err(CheckError { name, message }) => (false, Value::Null, Some(ErrorReport { name, message })),
        };
        Self {
            data,
            verdict,
            id: check.id.clone(),
            error,
            execution_time: millis(timing.took),
            transformed,
            created_at: time::iso(timing.began),
            fail_on_error: check.fail_on_error,
        }
    }

    /// Whether it lets the request pass. One that could say nothing does,
    /// unless it is told to fail then.
    fn passes(&self) -> bool {
        self.verdict || self.error.is_some() && !self.fail_on_error
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What one hook came to.
#[derive(Debug, Clone, Serialize)]
pub struct HookReport {
    /// Whether all of its checks let the request pass.
    pub verdict: bool,
    /// The hook.
    pub id: String,
    /// Whether it changed something.
    pub transformed: bool,
    /// Its checks, as far as they ran.
    pub checks: Vec<CheckReport>,
    /// What the trace is told.
    pub feedback: Option<FeedbackReport>,
    /// How long it took, in milliseconds.
    pub execution_time: u64,
    /// Whether it ran beside the request.
    #[serde(rename = "async")]
    pub detached: bool,
    /// What it does.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When it began.
    pub created_at: String,
    /// Whether it ends the request.
    pub deny: bool,
}

/// Feedback on a trace.
#[derive(Debug, Clone, Serialize)]
pub struct FeedbackReport {
    /// From -10 to 10.
    pub value: f64,
    /// From 0 to 1.
    pub weight: f64,
    /// What was written, and which checks passed, failed and erred.
    pub metadata: Map<String, Value>,
}

impl HookReport {
    /// What a hook came to.
    pub fn new(hook: &Hook, checks: Vec<CheckReport>, timing: Timing) -> Self {
        let verdict = checks.iter().all(CheckReport::passes);
        let feedback = if verdict { &hook.on_success } else { &hook.on_fail };
        Self {
            verdict,
            id: hook.shown_id(),
            transformed: checks.iter().any(|check| check.transformed),
            feedback: feedback.as_ref().map(|feedback| FeedbackReport::new(feedback, &checks)),
            execution_time: millis(timing.took),
            detached: hook.detached,
            kind: match hook.kind {
                HookKind::Guardrail => "guardrail",
                HookKind::Mutator => "mutator",
            },
            created_at: time::iso(timing.began),
            deny: hook.deny && !verdict,
            checks,
        }
    }
}

impl FeedbackReport {
    fn new(feedback: &Feedback, checks: &[CheckReport]) -> Self {
        let names = |wanted: fn(&CheckReport) -> bool| {
            let ids: Vec<&str> =
                checks.iter().filter(|check| wanted(check)).map(|check| check.id.as_str()).collect();
            Value::from(ids.join(", "))
        };
        let written = feedback.metadata.as_ref().and_then(|json| serde_json::from_str(json.text()).ok());
        let mut metadata: Map<String, Value> = written.unwrap_or_default();
        metadata.insert("successfulChecks".into(), names(|check| check.verdict));
        metadata.insert("failedChecks".into(), names(|check| !check.verdict && check.error.is_none()));
        metadata.insert("erroredChecks".into(), names(|check| check.error.is_some()));
        Self { value: feedback.value, weight: feedback.weight, metadata }
    }
}

/// What all hooks of one try came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Results {
    /// Those before the request.
    pub before_request_hooks: Vec<HookReport>,
    /// Those before the answer.
    pub after_request_hooks: Vec<HookReport>,
}

impl Results {
    /// Whether no hook ran.
    pub fn is_empty(&self) -> bool {
        self.before_request_hooks.is_empty() && self.after_request_hooks.is_empty()
    }

    /// Whether a hook had a bad verdict.
    pub fn has_failed(&self) -> bool {
        self.all().any(|hook| !hook.verdict)
    }

    /// Whether a hook ends the request.
    pub fn denies(&self) -> bool {
        self.all().any(|hook| hook.deny)
    }

    fn all(&self) -> impl Iterator<Item = &HookReport> {
        self.before_request_hooks.iter().chain(&self.after_request_hooks)
    }
}
