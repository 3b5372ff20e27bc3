//! Clients that speak the API's own dialect.

use jackfield_sdk::forward::{framing, set, visible};
use jackfield_sdk::http::ClientBody;
use jackfield_sdk::passthrough::{Dialect, ForwardRequest, ForwardResponse, Guest};
use jackfield_sdk::types::Error;

use super::{Cohere, post, settings};
use crate::convert::errors;

/// Beginnings of further headers that a client should see: what the API warns
/// of, and how many calls of a trial key are left.
const VISIBLE: [&str; 3] = ["x-api-warning", "x-trial-endpoint-call-", "x-endpoint-monthly-call-limit"];

impl Guest for Cohere {
    fn dialects() -> Vec<Dialect> {
        vec![Dialect::CohereChat]
    }

    fn forward(request: ForwardRequest, body: ClientBody) -> Result<ForwardResponse, Error> {
        let settings = settings()?;
        if request.dialect != Dialect::CohereChat {
            return Err(Error::unsupported(format!("Cohere's API doesn't speak {:?}", request.dialect)));
        }
        let mut upstream = post("v2/chat", settings);
        for (name, value) in request.headers {
            if !settings.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                upstream = upstream.header(name, value);
            }
        }
        let edits = vec![set("/model", request.model)];
        let response = upstream.forward(body, edits).send_ok(errors::of_answer)?;
        let (status, framing) = (response.status(), framing(response.header("content-type")));
        let (headers, body) = response.into_parts();
        Ok(ForwardResponse { status, headers: visible(headers, &VISIBLE), framing, body })
    }
}
