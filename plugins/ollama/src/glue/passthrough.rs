//! Clients that speak the dialects of others, which Ollama speaks too.

use jackfield_sdk::forward::{ask_for_usage, framing, set, visible};
use jackfield_sdk::http::ClientBody;
use jackfield_sdk::passthrough::{Dialect, ForwardRequest, ForwardResponse, Guest};
use jackfield_sdk::types::Error;

use super::{Ollama, post, pull, settings};
use crate::convert::errors;
use crate::settings::{Pull, Settings};

impl Guest for Ollama {
    fn dialects() -> Vec<Dialect> {
        // A wrong word is reported by `forward`; here there is no way to.
        settings().map(Settings::dialects).unwrap_or_default()
    }

    fn forward(request: ForwardRequest, body: ClientBody) -> Result<ForwardResponse, Error> {
        let settings = settings()?;
        let path = settings.path(request.dialect)?;
        if settings.pull == Pull::Missing {
            pull::ensure(&request.model, settings)?;
        }
        let mut upstream = post(path, settings);
        for (name, value) in request.headers {
            if !settings.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                upstream = upstream.header(name, value);
            }
        }
        let mut edits = vec![set("/model", request.model.as_str())];
        let counts = matches!(request.dialect, Dialect::OpenaiChat | Dialect::OpenaiCompletions);
        if settings.passthrough_usage && request.stream && counts {
            edits.extend(ask_for_usage(body.get("/stream_options").as_deref()));
        }
        let response =
            upstream.forward(body, edits).send_ok(|answer| errors::of_answer(answer, &request.model))?;
        let (status, framing) = (response.status(), framing(response.header("content-type")));
        let (headers, body) = response.into_parts();
        Ok(ForwardResponse { status, headers: visible(headers, &[]), framing, body })
    }
}
