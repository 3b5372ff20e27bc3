//! Requests that already speak Converse, and their answers, byte for byte.

use jackfield_sdk::aws;
use jackfield_sdk::forward;
use jackfield_sdk::http::ClientBody;
use jackfield_sdk::passthrough::{Dialect, ForwardRequest, ForwardResponse, Guest};
use jackfield_sdk::types::Error;

use super::{Bedrock, post, settings};
use crate::convert::{guardrail, route};

/// Headers that tell of the request, as AWS's own clients expect them.
const VISIBLE: [&str; 2] = ["x-amzn-requestid", "x-amzn-bedrock-"];

impl Guest for Bedrock {
    fn dialects() -> Vec<Dialect> {
        vec![Dialect::BedrockConverse]
    }

    fn forward(request: ForwardRequest, body: ClientBody) -> Result<ForwardResponse, Error> {
        let settings = settings()?;
        if request.dialect != Dialect::BedrockConverse {
            return Err(Error::unsupported(format!("Bedrock doesn't speak {:?}", request.dialect)));
        }
        let operation = if request.stream { "converse-stream" } else { "converse" };
        // The operator's guardrail holds for requests that name none.
        let configured = guardrail::chosen(settings.guardrail.as_ref(), None, request.stream)?;
        let edits = match configured.filter(|_| body.get("/guardrailConfig").is_none()) {
            Some(guardrail) => {
                let guardrail = serde_json::to_value(guardrail)
                    .map_err(|error| Error::internal(format!("the guardrail can't be written: {error}")))?;
                vec![forward::set("/guardrailConfig", guardrail)]
            }
            None => Vec::new(),
        };
        let mut upstream = post(&route::path(&request.model, operation), settings);
        for (name, value) in request.headers {
            upstream = upstream.header(name, value);
        }
        let response = upstream.forward(body, edits).send_ok(aws::answer_error)?;
        let framing = forward::framing(response.header("content-type"));
        let status = response.status();
        let (headers, body) = response.into_parts();
        Ok(ForwardResponse { status, headers: forward::visible(headers, &VISIBLE), framing, body })
    }
}
