//! `passthrough`: `openai-chat` and `anthropic-messages` go to
//! `{base-url}/chat/completions` and `{base-url}/messages` with `/model` set,
//! and whatever comes back is handed over as it is. The model `careless` breaks
//! the contract: it hands over answers of error status too.

use jackfield_sdk::http::{ClientBody, Edit};
use jackfield_sdk::passthrough::{Dialect, ForwardRequest, ForwardResponse, Framing, Guest};
use jackfield_sdk::types::Error;
use jackfield_sdk::{config, http};

use crate::Everything;

impl Guest for Everything {
    fn dialects() -> Vec<Dialect> {
        vec![Dialect::OpenaiChat, Dialect::AnthropicMessages]
    }

    fn forward(request: ForwardRequest, body: ClientBody) -> Result<ForwardResponse, Error> {
        let path = match request.dialect {
            Dialect::OpenaiChat => "chat/completions",
            Dialect::AnthropicMessages => "messages",
            other => {
                return Err(Error::unsupported(format!("the dialect {other:?} isn't one of this plugin's")));
            }
        };
        let mut outgoing = http::post(http::join(&config::url("base-url")?, path));
        for (name, value) in request.headers {
            outgoing = outgoing.header(name, value);
        }
        let model = Edit { pointer: "/model".to_owned(), value: Some(quote(&request.model)) };
        let outgoing = outgoing.forward(body, vec![model]);
        let answer = match request.model.as_str() {
            "careless" => outgoing.send()?,
            _ => outgoing.send_ok(|answer| answer.to_error())?,
        };
        let framing = match answer.header("content-type") {
            Some(kind) if kind.starts_with("text/event-stream") => Framing::ServerSentEvents,
            Some(kind) if kind.starts_with("application/x-ndjson") => Framing::Ndjson,
            _ => Framing::Whole,
        };
        let status = answer.status();
        let (headers, body) = answer.into_parts();
        Ok(ForwardResponse { status, headers, framing, body })
    }
}

/// A text as JSON.
fn quote(text: &str) -> String {
    let mut json = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            c if c.is_control() => json.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn a_model_name_cannot_break_out_of_its_quotes() {
        assert_eq!(quote("a\"b\\c\nd"), r#""a\"b\\c\u000ad""#);
    }
}
