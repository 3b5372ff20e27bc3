//! `callback`: counts. Each batch is answered with the observations that it
//! refuses: spans and feedback called `reject`. Where a batch has a span called
//! `fail`, all of it fails with `unavailable`, to be sent again. `flush` sends
//! `POST {base-url}/observed` with the counts since the instance began, where
//! there is a base URL; otherwise it logs them.

use std::cell::Cell;

use jackfield_sdk::callback::{Guest, Observation, Receipt};
use jackfield_sdk::types::{Error, ErrorKind};
use jackfield_sdk::{config, http, log};
use serde_json::json;

use crate::Everything;

thread_local! {
    static SPANS: Cell<u64> = const { Cell::new(0) };
    static FEEDBACK: Cell<u64> = const { Cell::new(0) };
}

impl Guest for Everything {
    fn observe(batch: Vec<Observation>) -> Result<Receipt, Error> {
        if batch.iter().any(|observation| name(observation) == "fail") {
            return Err(
                Error::new(ErrorKind::Unavailable, "the batch fails on demand").with_retry_after_ms(10)
            );
        }
        let mut rejected = Vec::new();
        for (place, observation) in (0..).zip(&batch) {
            match observation {
                _ if name(observation) == "reject" => rejected.push((place, "rejected on demand".to_owned())),
                Observation::Span(_) => SPANS.set(SPANS.get() + 1),
                Observation::Feedback(_) => FEEDBACK.set(FEEDBACK.get() + 1),
            }
        }
        Ok(Receipt { rejected })
    }

    fn flush() -> Result<(), Error> {
        let (spans, feedback) = (SPANS.get(), FEEDBACK.get());
        match config::text("base-url") {
            Some(url) => {
                let counts = json!({ "spans": spans, "feedback": feedback });
                http::post(http::join(&url, "observed")).json(&counts).send_ok(|answer| answer.to_error())?;
            }
            None => {
                log::info("observed", &[("spans", &spans.to_string()), ("feedback", &feedback.to_string())])
            }
        }
        Ok(())
    }
}

fn name(observation: &Observation) -> &str {
    match observation {
        Observation::Span(span) => &span.name,
        Observation::Feedback(feedback) => &feedback.name,
    }
}
