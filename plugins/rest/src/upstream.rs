//! The upstream as the host gives it: requests through its `http`, waiting
//! through its clock.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use jackfield_sdk::http::RequestBuilder;
use jackfield_sdk::types::Error;

use crate::call::{Answer, Upstream};
use crate::request::Request;

/// The bound provider's upstream. Only inside the sandbox.
pub(crate) struct Host<'a> {
    /// The scheme of the manifest that authenticates.
    pub(crate) auth: &'a str,
}

impl Upstream for Host<'_> {
    fn send(&self, request: &Request, most_bytes: usize) -> Result<Answer, Error> {
        let mut builder = RequestBuilder::new(request.method.method(), request.url()).auth(self.auth);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(payload) = &request.payload {
            let (content_type, bytes) = payload.bytes();
            builder = builder.body(content_type, bytes);
        }
        if let Some(milliseconds) = request.timeout_ms {
            builder = builder.timeout_ms(milliseconds);
        }
        let response = builder.send()?;
        let (status, headers) = (response.status(), response.headers().to_vec());
        let mut body = Vec::new();
        // An error's body is kept as far as the SDK reads it; what is no answer at all is its error.
        match response.ok_or_else(|answer| {
            body = answer.body.to_vec();
            answer.to_error()
        }) {
            Ok(response) => body = response.into_body().read_all(most_bytes as u64)?,
            Err(error) if status < 400 => return Err(error),
            Err(_) => {}
        }
        Ok(Answer { status, headers, body })
    }

    fn sleep(&self, milliseconds: u64) {
        std::thread::sleep(Duration::from_millis(milliseconds));
    }

    fn jitter(&self) -> f64 {
        // The one source of chance in the standard library.
        RandomState::new().hash_one(()) as f64 / u64::MAX as f64
    }
}
