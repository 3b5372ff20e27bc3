//! Queued requests: what goes into the queue, and the id that comes back.
//!
//! <https://docs.baseten.co/inference/async>

use jackfield_sdk::types::Error;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The most that a body may have: 256 KiB.
const LARGEST: usize = 256 * 1024;

const RETRY: [&str; 3] = ["max_attempts", "initial_delay_ms", "max_delay_ms"];

/// How a request is queued: the provider's values, under those that a request
/// brings. They are checked when the body is written, as either can be wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Queue {
    pub(crate) webhook: Option<Value>,
    pub(crate) priority: Option<Value>,
    pub(crate) max_time: Option<Value>,
    pub(crate) retry: Option<Value>,
}

impl Queue {
    /// The members that a request can bring, by their names on the wire.
    pub(crate) const MEMBERS: [&'static str; 4] =
        ["webhook_endpoint", "priority", "max_time_in_queue_seconds", "inference_retry_config"];

    /// Takes what is meant for the queue out of a request's members. Null goes
    /// back to Baseten's default.
    pub(crate) fn take(&mut self, members: &mut Map<String, Value>) {
        let places = [&mut self.webhook, &mut self.priority, &mut self.max_time, &mut self.retry];
        for (name, place) in Self::MEMBERS.into_iter().zip(places) {
            if let Some(value) = members.remove(name) {
                *place = Some(value).filter(|value| !value.is_null());
            }
        }
    }

    /// The body that queues this input.
    pub(crate) fn body(&self, model_input: &Value) -> Result<Vec<u8>, Error> {
        let checked = [
            self.webhook
                .as_ref()
                .filter(|value| !is_https(value))
                .map(|_| "an address that begins with https://"),
            self.priority.as_ref().filter(|value| !within(value, 0, 2)).map(|_| "0, 1 or 2"),
            self.max_time
                .as_ref()
                .filter(|value| !within(value, 10, 259_200))
                .map(|_| "a whole number from 10 to 259200"),
            self.retry
                .as_ref()
                .filter(|value| !is_retry(value))
                .map(|_| "an object of whole numbers: max_attempts, initial_delay_ms, max_delay_ms"),
        ];
        let values = [&self.webhook, &self.priority, &self.max_time, &self.retry];
        let mut body = Map::new();
        body.insert("model_input".to_owned(), model_input.clone());
        for ((name, value), flaw) in Self::MEMBERS.into_iter().zip(values).zip(checked) {
            if let (Some(expected), Some(value)) = (flaw, value) {
                return Err(Error::invalid_request(format!("`{name}` is {value}, but must be {expected}")));
            }
            if let Some(value) = value {
                body.insert(name.to_owned(), value.clone());
            }
        }
        let bytes = Value::Object(body).to_string().into_bytes();
        if bytes.len() > LARGEST {
            return Err(Error::invalid_request(format!(
                "the request has {} bytes, and Baseten queues {LARGEST} at most: send less, or the address of the data; or wait for the answer with `mode` = `predict`",
                bytes.len()
            )));
        }
        Ok(bytes)
    }
}

fn is_https(value: &Value) -> bool {
    let host = value.as_str().and_then(|url| url.strip_prefix("https://"));
    host.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

fn within(value: &Value, least: u64, most: u64) -> bool {
    value.as_u64().is_some_and(|number| (least..=most).contains(&number))
}

fn is_retry(value: &Value) -> bool {
    value.as_object().is_some_and(|members| {
        members.iter().all(|(name, value)| RETRY.contains(&name.as_str()) && value.as_u64().is_some())
    })
}

#[derive(Debug, Deserialize)]
struct Accepted {
    request_id: String,
}

/// The id of a request that was queued.
pub(crate) fn request_id(answer: &Value) -> Result<String, Error> {
    Accepted::deserialize(answer).map(|accepted| accepted.request_id).map_err(|error| {
        Error::bad_answer(format!(
            "expected the id of a queued request, but the upstream answered {answer} ({error})"
        ))
    })
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::types::ErrorKind;
    use serde_json::json;

    use super::*;

    fn members(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn read(queue: &Queue) -> Value {
        serde_json::from_slice(&queue.body(&json!({ "prompt": "p" })).unwrap()).unwrap()
    }

    #[test]
    fn only_what_is_set_is_sent() {
        assert_eq!(read(&Queue::default()), json!({ "model_input": { "prompt": "p" } }));
    }

    #[test]
    fn a_request_wins_over_the_provider_and_null_takes_back() {
        let mut queue =
            Queue { webhook: Some(json!("https://a.example")), priority: Some(json!(1)), ..Queue::default() };
        let mut extra = members(json!({
            "priority": 0, "webhook_endpoint": null, "max_time_in_queue_seconds": 10,
            "inference_retry_config": { "max_attempts": 3, "initial_delay_ms": 1, "max_delay_ms": 2 },
            "other": 1,
        }));
        queue.take(&mut extra);
        assert_eq!(Value::Object(extra), json!({ "other": 1 }));
        assert_eq!(
            read(&queue),
            json!({
                "model_input": { "prompt": "p" }, "priority": 0, "max_time_in_queue_seconds": 10,
                "inference_retry_config": { "max_attempts": 3, "initial_delay_ms": 1, "max_delay_ms": 2 },
            })
        );
    }

    #[test]
    fn what_baseten_would_refuse_is_named_before_it_is_sent() {
        for (name, value) in [
            ("webhook_endpoint", json!("http://a.example")),
            ("webhook_endpoint", json!("https://")),
            ("webhook_endpoint", json!("https:///x")),
            ("webhook_endpoint", json!("https://a b")),
            ("webhook_endpoint", json!(1)),
            ("priority", json!(3)),
            ("priority", json!(-1)),
            ("priority", json!("1")),
            ("max_time_in_queue_seconds", json!(9)),
            ("max_time_in_queue_seconds", json!(259_201)),
            ("inference_retry_config", json!([])),
            ("inference_retry_config", json!({ "attempts": 1 })),
            ("inference_retry_config", json!({ "max_attempts": -1 })),
        ] {
            let mut queue = Queue::default();
            queue.take(&mut members(json!({ (name): value })));
            let error = queue.body(&json!({})).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidRequest);
            assert!(!error.sent && error.message.contains(&format!("`{name}` is")), "{}", error.message);
        }
    }

    #[test]
    fn a_body_of_more_than_256_kib_is_refused() {
        let empty = Queue::default().body(&json!("")).unwrap().len();
        let input = |bytes: usize| json!("a".repeat(bytes - empty));
        assert_eq!(Queue::default().body(&input(LARGEST)).unwrap().len(), 262_144);
        let error = Queue::default().body(&input(LARGEST + 1)).unwrap_err();
        assert!(error.message.contains("262145 bytes") && error.message.contains("262144 at most"));
    }

    #[test]
    fn the_id_of_a_queued_request_is_read() {
        assert_eq!(request_id(&json!({ "request_id": "r1" })).unwrap(), "r1");
        assert_eq!(request_id(&json!({ "id": 1 })).unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
    }
}
