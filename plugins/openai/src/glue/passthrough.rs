//! Clients that speak this protocol themselves.

use jackfield_sdk::http::ClientBody;
use jackfield_sdk::passthrough::{Dialect, ForwardRequest, ForwardResponse, Guest};
use jackfield_sdk::types::Error;

use super::{Once, OpenAi, chat, upstream};
use crate::convert::errors;
use crate::convert::forward::{self, Changes};
use crate::settings::{Bound, Paths, Values};

/// Everything that forwarding depends on.
struct Forwarding {
    dialects: Vec<Dialect>,
    changes: Changes,
    chat: String,
    completions: String,
    responses: String,
    embeddings: String,
}

static FORWARDING: Once<Forwarding> = Once::new();

fn forwarding() -> Result<&'static Forwarding, Error> {
    FORWARDING.get(|from| {
        Ok(Forwarding {
            dialects: dialects(from)?,
            changes: Changes::new(chat::settings()?, from.flag("passthrough-usage").unwrap_or(true)),
            chat: Paths::Chat.read(from),
            completions: Paths::Completions.read(from),
            responses: Paths::Responses.read(from),
            embeddings: Paths::Embeddings.read(from),
        })
    })
}

fn dialects(from: &dyn Values) -> Result<Vec<Dialect>, Error> {
    let words = from.texts("dialects").unwrap_or_default();
    forward::dialects(&words).map_err(|word| {
        Error::invalid_request(format!(
            "the provider's `config.dialects` names `{word}`, but must name openai-chat, openai-responses, openai-completions or openai-embeddings"
        ))
    })
}

impl Guest for OpenAi {
    fn dialects() -> Vec<Dialect> {
        // A wrong word is reported by `forward`; here there is no way to.
        dialects(&Bound).unwrap_or_default()
    }

    fn forward(request: ForwardRequest, body: ClientBody) -> Result<ForwardResponse, Error> {
        let (forwarding, upstream) = (forwarding()?, upstream()?);
        let path = match request.dialect {
            _ if !forwarding.dialects.contains(&request.dialect) => {
                return Err(Error::unsupported(format!(
                    "this provider doesn't speak {:?}; see its `config.dialects`",
                    request.dialect
                )));
            }
            Dialect::OpenaiChat => &forwarding.chat,
            Dialect::OpenaiCompletions => &forwarding.completions,
            Dialect::OpenaiResponses => &forwarding.responses,
            Dialect::OpenaiEmbeddings => &forwarding.embeddings,
            other => return Err(Error::unsupported(format!("this plugin doesn't forward {other:?}"))),
        };
        let edits = forwarding.changes.to_body(
            request.dialect,
            request.stream,
            &request.model,
            &upstream.endpoint.model(&request.model),
            |pointer| body.get(pointer),
        );
        let mut outgoing = upstream.post(path, &request.model);
        for (name, value) in request.headers {
            outgoing = outgoing.header(name, value);
        }
        let response = outgoing.forward(body, edits).send_ok(errors::of_answer)?;
        let (status, framing) = (response.status(), forward::framing(response.header("content-type")));
        let (headers, body) = response.into_parts();
        Ok(ForwardResponse { status, headers: forward::visible(&headers), framing, body })
    }
}
