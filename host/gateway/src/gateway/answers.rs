//! Answers as clients get them: the body, and headers that say where it is from
//! and how it was come by.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use jackfield_router::cache::Status;
use jackfield_router::{Failed, Routed};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::call::delivery::Delivery;
use crate::call::meter::Bill;
use crate::call::{Answer, Reply};
use crate::endpoint::ChatDialect;
use crate::fault;
use crate::own;
use crate::wire::body::Body;

/// A whole answer that is JSON.
pub(super) fn json(body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What isn't sent as it is in headers; `%` neither, so that it can be undone.
const HIDDEN: &AsciiSet = &CONTROLS.add(b'%');

/// A name as a header's value, whatever is in it. Names of models are the
/// client's own words.
fn visible(name: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&Cow::from(utf8_percent_encode(name, HIDDEN))).ok()
}

/// Names of headers, read once: there are some twenty in each answer.
mod named {
    use http::HeaderName;

    macro_rules! names {
        ($($name:ident = $text:literal;)*) => {
            $(pub(super) const $name: HeaderName = HeaderName::from_static($text);)*
        };
    }

    names! {
        PATH = "x-portkey-last-used-option-index";
        RETRIES = "x-portkey-retry-attempt-count";
        CACHE = "x-portkey-cache-status";
        PROVIDER = "x-portkey-provider";
        OWN_PATH = "x-jackfield-target";
        OWN_ATTEMPTS = "x-jackfield-attempts";
        OWN_CACHE = "x-jackfield-cache-status";
        OWN_PROVIDER = "x-jackfield-provider";
        OWN_MODEL = "x-jackfield-model";
        OWN_MODE = "x-jackfield-mode";
        OWN_INPUT = "x-jackfield-input-tokens";
        OWN_OUTPUT = "x-jackfield-output-tokens";
        OWN_COST = "x-jackfield-cost";
        OWN_WARNING = "x-jackfield-warning";
    }
}

/// Headers of answers; Portkey's names, so that its clients find what they look
/// for, beside this gateway's own.
fn told(headers: &mut HeaderMap, path: &str, retries: i32, attempts: usize, cache: Status) {
    if let Some(path) = visible(path) {
        headers.insert(named::PATH, path.clone());
        headers.insert(named::OWN_PATH, path);
    }
    headers.insert(named::RETRIES, retries.into());
    headers.insert(named::OWN_ATTEMPTS, attempts.into());
    let status = HeaderValue::from_static(cache.name());
    headers.insert(named::CACHE, status.clone());
    headers.insert(named::OWN_CACHE, status);
}

/// Which provider it is from.
fn told_provider(headers: &mut HeaderMap, provider: &str) {
    if let Some(provider) = visible(provider) {
        headers.insert(named::PROVIDER, provider.clone());
        headers.insert(named::OWN_PROVIDER, provider);
    }
}

/// What a whole answer came to. Of a stream nobody knows it before its end; it
/// is in the log, the metrics and the stream's own usage.
fn billed(headers: &mut HeaderMap, bill: &Bill) {
    let mut put = |name: HeaderName, value: Option<HeaderValue>| {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    };
    put(named::OWN_INPUT, bill.input_tokens.map(HeaderValue::from));
    put(named::OWN_OUTPUT, bill.output_tokens.map(HeaderValue::from));
    put(named::OWN_COST, bill.cost.and_then(|cost| HeaderValue::try_from(cost.to_string()).ok()));
}

/// What a target answered.
pub(super) fn answered(routed: Routed<Answer>) -> Response<Body> {
    let Routed { answer, path, retries, attempts, hold, .. } = routed;
    let body = match answer.body {
        Reply::Whole(bytes) => bytes.into(),
        Reply::Stream(begin) => begin(Delivery::new(hold, answer.account)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    // Beside the upstream's own.
    headers.reserve(answer.headers.len() + 20);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    headers.insert(header::CONTENT_TYPE, answer.content_type);
    told(headers, &path, retries, attempts.len(), answer.cache);
    if let Some(bill) = answer.bill {
        billed(headers, &bill);
    }
    told_provider(headers, &answer.provider);
    if let Some(model) = visible(&answer.model) {
        headers.insert(named::OWN_MODEL, model);
    }
    let mode = if answer.passed { "passthrough" } else { "decoded" };
    headers.insert(named::OWN_MODE, HeaderValue::from_static(mode));
    warned(headers, &answer.provider, &answer.warnings);
    response
}

/// Clients take about a hundred header lines (Python's `http.client` does, Node.js 16 KiB of them); what a
/// request can make us warn of has no such end.
const MAX_WARNINGS: usize = 16;
const MAX_WARNING_CHARS: usize = 240;

/// Nothing is left out in silence, and nobody is drowned in it.
fn warned(headers: &mut HeaderMap, provider: &str, warnings: &[String]) {
    let mut tell = |warning: &str| {
        tracing::info!(provider, "{warning}");
        let visible = warning.chars().filter(|c| matches!(c, ' '..='~')).take(MAX_WARNING_CHARS);
        if let Ok(value) = HeaderValue::try_from(visible.collect::<String>()) {
            headers.append(named::OWN_WARNING, value);
        }
    };
    let (told, more) = warnings.split_at(warnings.len().min(MAX_WARNINGS));
    told.iter().for_each(|warning| tell(warning));
    if !more.is_empty() {
        tell(&format!("and {} more of this kind", more.len()));
    }
}

/// What is said when no target answered.
pub(super) fn refused(dialect: ChatDialect, failed: &Failed) -> Response<Body> {
    let mut response = fault::response(dialect, &own::told(failed));
    let path = failed.leaf.as_ref().map_or("", |leaf| &*leaf.path);
    let headers = response.headers_mut();
    told(headers, path, failed.retries, failed.attempts.len(), Status::Disabled);
    if let Some(provider) = failed.failure.provider.as_deref() {
        told_provider(headers, provider);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_warnings_there_are_their_headers_fit() {
        let told = |count: usize| {
            let mut headers = HeaderMap::new();
            let warnings: Vec<_> =
                (0..count).map(|index| format!("{index} {}", "x\u{e4}".repeat(500))).collect();
            warned(&mut headers, "p", &warnings);
            headers.get_all(named::OWN_WARNING).iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(told(0), Vec::<HeaderValue>::new());
        assert_eq!(told(MAX_WARNINGS).len(), MAX_WARNINGS);
        let many = told(5_000);
        assert_eq!(many.len(), MAX_WARNINGS + 1);
        assert!(many.iter().all(|warning| warning.len() <= MAX_WARNING_CHARS), "{many:?}");
        assert_eq!(many[0].to_str().unwrap().chars().take(4).collect::<String>(), "0 xx");
        assert_eq!(many[MAX_WARNINGS], "and 4984 more of this kind");
    }

    #[test]
    fn any_name_can_be_told_in_a_header() {
        for (name, told) in [
            ("meta-llama/Llama-3 8B", "meta-llama/Llama-3 8B"),
            ("g\u{e4}nse", "g%C3%A4nse"),
            ("a\r\nx: y\u{7f}", "a%0D%0Ax: y%7F"),
            ("100%", "100%25"),
        ] {
            assert_eq!(visible(name).unwrap(), told);
        }
    }
}
