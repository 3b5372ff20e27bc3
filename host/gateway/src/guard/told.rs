//! What verdicts leave behind: lines of the log (target `jackfield::guardrail`)
//! and feedback on the trace, which goes where other feedback goes.

use jackfield_router::guard::HookReport;

use super::Scene;
use crate::metrics::Metrics;

/// Tells of hooks that ran. Texts aren't in it.
pub(super) fn told(scene: &Scene, reports: &[HookReport], metrics: &Metrics) {
    for report in reports {
        let errors = report.checks.iter().filter(|check| check.error.is_some()).count();
        tracing::info!(
            target: "jackfield::guardrail",
            guardrail = report.id,
            verdict = report.verdict,
            deny = report.deny,
            transformed = report.transformed,
            errors,
            took_ms = report.execution_time,
            provider = &*scene.provider,
            model = &*scene.model,
            key = scene.key.as_deref(),
            trace_id = scene.trace.as_deref(),
            "guardrail"
        );
        for (check, error) in report.checks.iter().filter_map(|check| Some((check, check.error.as_ref()?))) {
            let (id, name, message) = (check.id.as_str(), error.name, error.message.as_str());
            tracing::warn!(target: "jackfield::guardrail", guardrail = report.id, check = id, name, message, "a check could say nothing");
        }
        let Some(feedback) = &report.feedback else { continue };
        // Counted by whole values, as those are that people give.
        metrics.feedback(feedback.value.round().clamp(-10.0, 10.0) as i8);
        tracing::info!(
            target: "jackfield::feedback",
            trace_id = scene.trace.as_deref(),
            value = feedback.value,
            weight = feedback.weight,
            key = scene.key.as_deref(),
            guardrail = report.id,
            "feedback"
        );
        if let Ok(metadata) = serde_json::to_string(&feedback.metadata) {
            tracing::debug!(target: "jackfield::feedback", guardrail = report.id, metadata, "metadata of a feedback");
        }
    }
}
