//! What an upstream's error means. The HTTP status says half of it; the code,
//! the type and, as a last resort, the wording say whether waiting, another
//! model or a shorter prompt would help.
//!
//! <https://platform.openai.com/docs/guides/error-codes>

use jackfield_sdk::error::kind_of_status;
use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::{Error, ErrorKind};

use crate::wire::body::Members;
use crate::wire::error::{Complaint, ErrorBody, InnerError, Verdict};
use crate::wire::value::{Raw, Text};

/// The longest piece of a model's failed output that a message quotes.
const QUOTED: usize = 300;

/// An answer of status 400 or more.
pub(crate) fn of_answer(answer: &ErrorAnswer<'_>) -> Error {
    let mut error = answer.to_error();
    let Some(said) = std::str::from_utf8(answer.body).ok().and_then(Said::read) else { return error };
    if let Some(message) = said.message {
        error.message = format!("the upstream answered {}: {message}", answer.status);
    }
    error.kind = kind_of_words(&said.words, &error.message).unwrap_or(error.kind);
    error.code = said.words.into_iter().next().or(error.code);
    error.retry_after_ms = error.retry_after_ms.or(said.retry_after_ms);
    error
}

/// An error inside of an answer that began well: in a chunk of a stream, or in
/// a body of status 200. `json` is the error or the object that holds it.
pub(crate) fn in_answer(json: &str, status: Option<u16>) -> Error {
    let said = Said::read(json).unwrap_or_default();
    let message = match said.message {
        Some(message) => format!("the upstream failed while it answered: {message}"),
        None => "the upstream failed while it answered, and didn't say why".to_owned(),
    };
    let kind = kind_of_words(&said.words, &message)
        .or_else(|| said.status.map(kind_of_status))
        .unwrap_or(ErrorKind::Unavailable);
    let mut error = Error::new(kind, message).sent();
    error.status = said.status.or(status);
    error.code = said.words.into_iter().next();
    error.retry_after_ms = said.retry_after_ms;
    error
}

/// What an error says about itself.
#[derive(Debug, Default)]
struct Said {
    message: Option<String>,
    /// Code, type and inner code: whichever there are, most telling first.
    words: Vec<String>,
    status: Option<u16>,
    retry_after_ms: Option<u64>,
}

impl Said {
    fn read(json: &str) -> Option<Said> {
        let outer: Raw<'_> = serde_json::from_str(json).ok()?;
        // Gemini's translation layer wraps the object into a list.
        let outer = outer.read::<Vec<Raw<'_>>>().and_then(|list| list.first().copied()).unwrap_or(outer);
        if let Some(Text(text)) = outer.read() {
            return Some(Said { message: Some(text.into_owned()), ..Said::default() });
        }
        let top: ErrorBody<'_> = outer.read()?;
        let mut said = Said::default();
        let inner = top.error.or_else(|| top.errors?.read::<Vec<Raw<'_>>>()?.first().copied());
        if let Some(inner) = inner {
            match inner.read::<ErrorBody<'_>>() {
                Some(inner) => said.add(&inner),
                None => said.message = inner.read::<Text<'_>>().map(Text::into_string),
            }
        }
        said.add(&top);
        Some(said)
    }

    /// Fills in what isn't known yet.
    fn add(&mut self, body: &ErrorBody<'_>) {
        let text = |raw: Option<Raw<'_>>| {
            raw.and_then(|raw| raw.read::<Text<'_>>()).map(Text::into_string).filter(|text| !text.is_empty())
        };
        if self.message.is_none() {
            self.message = text(body.message)
                .or_else(|| text(body.msg))
                .or_else(|| body.detail.and_then(detail))
                .or_else(|| body.message.and_then(detail));
            if let Some(message) = &mut self.message {
                if let Some(param) = text(body.param).filter(|param| !message.contains(param.as_str())) {
                    message.push_str(&format!(" (parameter `{param}`)"));
                }
                if let Some(output) = text(body.failed_generation) {
                    let cut: String = output.chars().take(QUOTED).collect();
                    message.push_str(&format!(" The model wrote: {cut}"));
                }
            }
        }
        let inner = body.innererror.and_then(|raw| raw.read::<InnerError<'_>>()).unwrap_or_default();
        if let Some(message) = &mut self.message
            && let Some(verdicts) = inner.content_filter_result.or(inner.content_filter_results)
        {
            message.push_str(&filters(verdicts));
        }
        let inner = inner.code.map(Text::into_string);
        self.words
            .extend([text(body.code), text(body.kind), text(body.error_type), inner].into_iter().flatten());
        if self.status.is_none() {
            let number = |raw| {
                text(raw).and_then(|text| text.parse().ok()).filter(|status| (400..600).contains(status))
            };
            self.status = number(body.status).or_else(|| number(body.code));
        }
        if self.retry_after_ms.is_none() {
            let seconds = body
                .estimated_time
                .and_then(|raw| raw.read::<f64>())
                .filter(|seconds| (0.0..86_400.0).contains(seconds));
            self.retry_after_ms = seconds.map(|seconds| (seconds * 1000.0).ceil() as u64);
        }
    }
}

/// Which of Azure's filters objected, and how much: ` (hate: high)`.
fn filters(verdicts: Raw<'_>) -> String {
    let Some(Members(verdicts)) = verdicts.read() else { return String::new() };
    let objected: Vec<String> = verdicts
        .into_iter()
        .filter_map(|(name, raw)| {
            let verdict: Verdict<'_> = serde_json::from_str(raw.get()).ok()?;
            let severity = verdict.severity.map(|severity| format!(": {}", severity.0)).unwrap_or_default();
            (verdict.filtered == Some(true)).then(|| format!("{name}{severity}"))
        })
        .collect();
    if objected.is_empty() { String::new() } else { format!(" ({})", objected.join(", ")) }
}

/// `detail`: a text, or a list of what was wrong where.
fn detail(raw: Raw<'_>) -> Option<String> {
    if let Some(Text(text)) = raw.read() {
        return Some(text.into_owned());
    }
    if let Some(complaints) = raw.read::<Vec<Complaint<'_>>>() {
        let each: Vec<String> = complaints
            .into_iter()
            .filter_map(|complaint| {
                let what = complaint.msg.or(complaint.message)?.into_string();
                let place: Vec<_> =
                    complaint.loc.unwrap_or_default().into_iter().map(Text::into_string).collect();
                Some(if place.is_empty() { what } else { format!("{}: {what}", place.join(".")) })
            })
            .collect();
        return (!each.is_empty()).then(|| each.join("; "));
    }
    // An object: its message where it has one, or a list of complaints in it.
    let inner: ErrorBody<'_> = raw.read()?;
    let nested = inner.detail.or(inner.message).or(inner.error)?;
    if nested.text().len() < raw.text().len() { detail(nested) } else { None }
}

/// The kind that a code or a type stands for; failing that, a wording that
/// leaves no doubt.
fn kind_of_words(words: &[String], message: &str) -> Option<ErrorKind> {
    words
        .iter()
        .find_map(|word| kind_of_word(&word.to_ascii_lowercase()))
        .or_else(|| kind_of_message(&message.to_ascii_lowercase()))
}

fn kind_of_word(word: &str) -> Option<ErrorKind> {
    Some(match word {
        "content_filter"
        | "content_policy_violation"
        | "responsibleaipolicyviolation"
        | "moderation_blocked"
        | "content_filter_error"
        | "data_inspection_failed" => ErrorKind::ContentFilter,
        "context_length_exceeded"
        | "exceed_context_size_error"
        | "context_window_exceeded"
        | "prompt_too_long" => ErrorKind::ContextLength,
        "insufficient_quota"
        | "billing_hard_limit_reached"
        | "billing_not_active"
        | "insufficient_balance"
        | "quota_exceeded"
        | "insufficient_credits"
        | "exceeded_current_quota_error" => ErrorKind::QuotaExceeded,
        "model_not_found"
        | "deploymentnotfound"
        | "not_found_error"
        | "notfounderror"
        | "unknown_model"
        | "model_not_available"
        | "model_decommissioned" => ErrorKind::NotFound,
        "invalid_api_key"
        | "authentication_error"
        | "invalid_authentication_error"
        | "unauthorized"
        | "401" => ErrorKind::Authentication,
        "permission_error" | "permission_denied" | "permission_denied_error" | "403" => ErrorKind::Permission,
        "rate_limit_exceeded"
        | "rate_limit_error"
        | "rate_limit_reached_error"
        | "rate_limited"
        | "tokens"
        | "requests"
        | "too_many_requests"
        | "429" => ErrorKind::RateLimited,
        "overloaded_error"
        | "engine_overloaded_error"
        | "engine_overloaded"
        | "server_overloaded"
        | "service_unavailable"
        | "slow_down"
        | "503" => ErrorKind::Overloaded,
        "timeout" | "request_timeout" | "408" | "504" => ErrorKind::Timeout,
        // The model wrote a call that isn't one: another try may go well.
        "tool_use_failed" => ErrorKind::BadUpstreamAnswer,
        _ => return None,
    })
}

fn kind_of_message(message: &str) -> Option<ErrorKind> {
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
    if says(&[
        "maximum context length",
        "context length exceeded",
        "context window",
        "exceeds the available context",
    ]) {
        Some(ErrorKind::ContextLength)
    } else if says(&["insufficient balance", "exceeded your current quota", "credit balance is too low"]) {
        Some(ErrorKind::QuotaExceeded)
    } else if says(&["content management policy"]) {
        Some(ErrorKind::ContentFilter)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
