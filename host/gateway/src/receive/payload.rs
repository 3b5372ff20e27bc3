//! What a delivery says, and the answer that becomes of it for whoever waits.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::settings::Places;

/// How far ahead of this machine's clock another may be.
const AHEAD: Duration = Duration::from_secs(60);

/// The longest id that is taken.
pub(super) const LONGEST_ID: usize = 256;

/// A delivery that was signed, as far as the gateway reads it.
#[derive(Debug)]
pub(super) struct Payload {
    pub(super) id: String,
    pub(super) time: SystemTime,
    pub(super) delivered: Delivered,
}

/// A result that came.
#[derive(Debug, Clone)]
pub(super) struct Delivered {
    /// What whoever waits is answered, as JSON.
    pub(super) answer: Bytes,
    /// Whether it tells of errors.
    pub(super) failed: bool,
    /// Where in the answer stands what was delivered.
    place: Range<usize>,
}

impl Delivered {
    /// As it was delivered, byte for byte.
    pub(super) fn bytes(&self) -> Bytes {
        self.answer.slice(self.place.clone())
    }

    #[cfg(test)]
    pub(super) fn of_answer(answer: Bytes) -> Self {
        let place = 0..answer.len();
        Self { answer, failed: false, place }
    }
}

/// Why a delivery that is signed can't be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PayloadError {
    /// It isn't JSON.
    #[error("the delivery isn't JSON: {0}")]
    Json(String),
    /// It doesn't say for which request it is.
    #[error("the delivery has no id of a request at {0}, or one that is too long")]
    Id(String),
    /// It doesn't say when it was made, so it can't be told from an old one.
    #[error("the delivery has no time as RFC 3339 has it at {0}")]
    Time(String),
}

/// A delivery that is too old, or not made yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Untimely {
    /// It may have been recorded and sent once more.
    #[error("the delivery is older than it may be")]
    Stale,
    /// One of two clocks is wrong.
    #[error("the delivery was made in the future: set the clocks")]
    Future,
}

/// A result, as `GET /v1/async/PROVIDER/ID` answers it.
#[derive(Serialize)]
struct Answer<'a> {
    object: &'static str,
    id: &'a str,
    provider: &'a str,
    status: &'static str,
    /// The text in the result, where it is known.
    text: Option<&'a str>,
    errors: &'a Value,
    /// As it was delivered, byte for byte. The last, so that its place is known.
    result: &'a RawValue,
}

impl Payload {
    /// Reads a delivery.
    pub(super) fn read(body: &[u8], places: &Places, provider: &str) -> Result<Self, PayloadError> {
        let json = |error: serde_json::Error| PayloadError::Json(error.to_string());
        let value: Value = serde_json::from_slice(body).map_err(json)?;
        let result: &RawValue = serde_json::from_slice(body).map_err(json)?;
        let text = |place: &str| value.pointer(place).and_then(Value::as_str);
        let id = text(&places.id).filter(|id| (1..=LONGEST_ID).contains(&id.len()));
        let id = id.ok_or_else(|| PayloadError::Id(places.id.clone()))?;
        let time = text(&places.time).and_then(|time| OffsetDateTime::parse(time, &Rfc3339).ok());
        let time = time.ok_or_else(|| PayloadError::Time(places.time.clone()))?;
        let none = Value::Array(Vec::new());
        let errors = value.pointer(&places.errors).filter(|errors| !errors.is_null()).unwrap_or(&none);
        let failed = errors.as_array().is_none_or(|errors| !errors.is_empty());
        let given = value.pointer(&places.result);
        let answer = Answer {
            object: "async.result",
            id,
            provider,
            status: if failed { "failed" } else { "succeeded" },
            text: given.and_then(|given| given.pointer(&places.text)).and_then(Value::as_str),
            errors,
            result,
        };
        let answer = serde_json::to_vec(&answer).map_err(json)?.into_boxed_slice();
        let end = answer.len() - 1;
        let place = end - result.get().len()..end;
        let delivered = Delivered { answer: answer.into(), failed, place };
        Ok(Self { id: id.to_owned(), time: time.into(), delivered })
    }

    /// Whether it is of this time.
    pub(super) fn timely(&self, now: SystemTime, age: Duration) -> Result<(), Untimely> {
        match now.duration_since(self.time) {
            Ok(since) if since > age => Err(Untimely::Stale),
            Ok(_) => Ok(()),
            Err(ahead) if ahead.duration() > AHEAD => Err(Untimely::Future),
            Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value, places: &Places) -> Result<(Payload, Value), PayloadError> {
        let payload = Payload::read(value.to_string().as_bytes(), places, "up")?;
        assert_eq!(payload.delivered.bytes(), value.to_string());
        let answer = serde_json::from_slice(&payload.delivered.answer).unwrap();
        Ok((payload, answer))
    }

    fn delivery() -> Value {
        json!({
            "request_id": "r1", "model_id": "m", "type": "async_request_completed",
            "time": "2024-04-30T01:01:08.883423Z", "data": { "output": "Hi" }, "errors": [],
        })
    }

    #[test]
    fn a_result_is_answered_as_it_was_delivered() {
        let body =
            br#"{ "request_id":"r1", "time": "2024-04-30T01:01:08Z","data" : 1.00e+02, "new":"\u00e9" }"#;
        let payload = Payload::read(body, &Places::default(), "up").unwrap();
        assert_eq!(payload.id, "r1");
        let answer = std::str::from_utf8(&payload.delivered.answer).unwrap();
        assert!(answer.contains(std::str::from_utf8(body).unwrap()), "{answer}");
        let answer: Value = serde_json::from_str(answer).unwrap();
        assert_eq!(answer["status"], "succeeded");
        assert_eq!(
            (&answer["object"], &answer["id"], &answer["provider"]),
            (&json!("async.result"), &json!("r1"), &json!("up"))
        );
    }

    #[test]
    fn its_text_is_where_the_pointer_says() {
        let (_, answer) = read(&delivery(), &Places::default()).unwrap();
        assert_eq!(answer["text"], Value::Null);
        let places = Places { text: "/output".to_owned(), ..Places::default() };
        assert_eq!(read(&delivery(), &places).unwrap().1["text"], "Hi");
        let mut plain = delivery();
        plain["data"] = json!("Hello");
        assert_eq!(read(&plain, &Places::default()).unwrap().1["text"], "Hello");
    }

    #[test]
    fn errors_are_told_apart_from_success() {
        let mut failed = delivery();
        failed["data"] = Value::Null;
        for errors in
            [json!([{ "code": "MODEL_PREDICT_ERROR", "message": "no" }]), json!({ "code": 1 }), json!("no")]
        {
            failed["errors"] = errors.clone();
            let (_, answer) = read(&failed, &Places::default()).unwrap();
            assert_eq!((&answer["status"], &answer["errors"]), (&json!("failed"), &errors));
        }
        failed["errors"] = Value::Null;
        assert_eq!(read(&failed, &Places::default()).unwrap().1["status"], "succeeded");
    }

    #[test]
    fn without_an_id_or_a_time_it_is_nothing() {
        for (name, value) in [
            ("request_id", Value::Null),
            ("request_id", json!(1)),
            ("request_id", json!("")),
            ("request_id", json!("r".repeat(LONGEST_ID + 1))),
        ] {
            let mut wrong = delivery();
            wrong[name] = value;
            assert_eq!(
                read(&wrong, &Places::default()).unwrap_err(),
                PayloadError::Id("/request_id".to_owned())
            );
        }
        for value in [Value::Null, json!(1_714_438_868), json!("yesterday"), json!("2024-04-30T01:01:08")] {
            let mut wrong = delivery();
            wrong["time"] = value;
            assert_eq!(read(&wrong, &Places::default()).unwrap_err(), PayloadError::Time("/time".to_owned()));
        }
        for body in ["", "{", "[]x"] {
            let error = Payload::read(body.as_bytes(), &Places::default(), "up").unwrap_err();
            assert!(matches!(error, PayloadError::Json(_)), "{body}");
        }
    }

    #[test]
    fn it_is_of_this_time() {
        let (payload, _) = read(&delivery(), &Places::default()).unwrap();
        let age = Duration::from_secs(300);
        let at = |seconds: i64| {
            let by = Duration::from_secs(seconds.unsigned_abs());
            let now = if seconds < 0 { payload.time - by } else { payload.time + by };
            payload.timely(now, age)
        };
        for seconds in [0, 299, 300, -60] {
            assert_eq!(at(seconds), Ok(()), "{seconds}");
        }
        assert_eq!(at(301), Err(Untimely::Stale));
        assert_eq!(at(-61), Err(Untimely::Future));
        let mut zoned = delivery();
        zoned["time"] = json!("2024-04-30T03:01:08.883423+02:00");
        assert_eq!(read(&zoned, &Places::default()).unwrap().0.time, payload.time);
    }
}
