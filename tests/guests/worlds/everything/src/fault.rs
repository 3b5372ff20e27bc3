//! Failures on demand: the model's name says which.

use jackfield_sdk::types::{Error, ErrorKind};

/// Fails where the model is called `error-KIND`, and traps where it is `trap`.
/// The error has a status of 418, a code of `on-demand` and, for
/// `rate-limited` and `overloaded`, a retry-after of 1500 ms.
pub(crate) fn on_demand(model: &str) -> Result<(), Error> {
    assert!(model != "trap", "a trap on demand");
    let Some(name) = model.strip_prefix("error-") else { return Ok(()) };
    let kind = match name {
        "authentication" => ErrorKind::Authentication,
        "permission" => ErrorKind::Permission,
        "rate-limited" => ErrorKind::RateLimited,
        "quota-exceeded" => ErrorKind::QuotaExceeded,
        "invalid-request" => ErrorKind::InvalidRequest,
        "not-found" => ErrorKind::NotFound,
        "context-length" => ErrorKind::ContextLength,
        "content-filter" => ErrorKind::ContentFilter,
        "overloaded" => ErrorKind::Overloaded,
        "unavailable" => ErrorKind::Unavailable,
        "timeout" => ErrorKind::Timeout,
        "unsupported" => ErrorKind::Unsupported,
        "bad-upstream-answer" => ErrorKind::BadUpstreamAnswer,
        "internal" => ErrorKind::Internal,
        _ => return Err(Error::invalid_request(format!("there is no kind of error called `{name}`"))),
    };
    let mut error =
        Error::new(kind, format!("failed on demand: {name}")).with_status(418).with_code("on-demand");
    if matches!(kind, ErrorKind::RateLimited | ErrorKind::Overloaded) {
        error = error.with_retry_after_ms(1500);
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_models_called_so_fail() {
        assert!(on_demand("echo").is_ok());
        assert_eq!(on_demand("error-overloaded").unwrap_err().retry_after_ms, Some(1500));
        assert_eq!(on_demand("error-nonsense").unwrap_err().kind, ErrorKind::InvalidRequest);
    }
}
