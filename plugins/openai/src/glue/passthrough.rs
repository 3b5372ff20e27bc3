//! Clients that speak this protocol themselves.

use jackfield_sdk::forward::{framing, visible};
use jackfield_sdk::http::ClientBody;
use jackfield_sdk::passthrough::{Dialect, ForwardRequest, ForwardResponse, Guest};
use jackfield_sdk::types::Error;

use super::{Once, OpenAi, chat, endpoint, known, send};
use crate::convert::forward::{Changes, VISIBLE};
use crate::settings::ForwardSettings;

static FORWARD: Once<ForwardSettings> = Once::new();
static CHANGES: Once<Changes> = Once::new();

impl Guest for OpenAi {
    fn dialects() -> Vec<Dialect> {
        // A wrong word is reported by `forward`; here there is no way to.
        FORWARD.get(ForwardSettings::read).map(ForwardSettings::dialects).unwrap_or_default()
    }

    fn forward(request: ForwardRequest, body: ClientBody) -> Result<ForwardResponse, Error> {
        let (settings, endpoint) = (FORWARD.get(ForwardSettings::read)?, endpoint()?);
        let changes = CHANGES.get(|_| Ok(Changes::new(chat::settings()?, settings.usage)))?;
        let path = settings.path(request.dialect)?;
        known::check_quietly(endpoint, &request.model)?;
        let model = endpoint.model(&request.model);
        let edits = changes
            .to_body(request.dialect, request.stream, &request.model, &model, |pointer| body.get(pointer));
        let mut outgoing = endpoint.post_with(path, &request.model, request.stream, true);
        for (name, value) in request.headers {
            outgoing = outgoing.header(name, value);
        }
        let response = send(outgoing.forward(body, edits))?;
        let (status, framing) = (response.status(), framing(response.header("content-type")));
        let (headers, body) = response.into_parts();
        Ok(ForwardResponse { status, headers: visible(headers, &VISIBLE), framing, body })
    }
}
