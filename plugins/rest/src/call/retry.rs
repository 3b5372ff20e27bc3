//! Sending a request again when the upstream says that it will do so better
//! later. A retry of what changes something may change it twice, so that is
//! never done unasked.

use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::{Error, ErrorKind};

use super::{Answer, Upstream};
use crate::request::Request;
use crate::tool::Tool;

/// The last answer, or why there is none.
pub(super) fn exchange(tool: &Tool, request: &Request, upstream: &impl Upstream) -> Result<Answer, Error> {
    let retry = &tool.retry;
    let mut wait = retry.wait_ms;
    for _ in 1..retry.attempts {
        let outcome = upstream.send(request, tool.answer.most_bytes);
        let asked = match &outcome {
            Ok(answer) if retry.statuses.has(answer.status) => {
                let Answer { status, headers, body } = answer;
                ErrorAnswer { status: *status, headers, body }.retry_after_ms()
            }
            // Without an answer nobody knows whether the request arrived, unless it never went out.
            Err(error) if error.kind == ErrorKind::Unavailable && (tool.is_repeatable() || !error.sent) => {
                error.retry_after_ms
            }
            _ => return outcome,
        };
        if asked.is_some_and(|asked| asked > retry.most_wait_ms) {
            return outcome;
        }
        let own = wait.min(retry.most_wait_ms) as f64 * (0.5 + upstream.jitter() / 2.0);
        upstream.sleep((own as u64).max(asked.unwrap_or(0)));
        wait = wait.saturating_mul(2);
    }
    upstream.send(request, tool.answer.most_bytes)
}
