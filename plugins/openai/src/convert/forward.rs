//! Passing a client's bytes on: which changes they need on the way up, which
//! headers the client sees on the way down.
//!
//! The changes are those that the configuration makes to every request: the
//! model's name, renamed and dropped members, and `stream_options.include_usage`
//! where the client left it out, the provider is set to report usage
//! (`passthrough-usage`) and its upstream can be asked for it (`stream-usage`):
//! without it nobody would know what a stream cost.

use jackfield_sdk::forward::ask_for_usage;
use jackfield_sdk::http::Edit;
use jackfield_sdk::passthrough::Dialect;
use serde_json::Value;

use crate::settings::{ChatSettings, Edits, Field, MaxTokensField};

/// What a client's body is changed by.
#[derive(Debug, Clone)]
pub(crate) struct Changes {
    rename: Vec<(String, String)>,
    edits: Edits,
    required_word: Field,
    usage: bool,
}

impl Changes {
    pub(crate) fn new(chat: &ChatSettings, usage: bool) -> Self {
        let mut rename = Vec::new();
        if let MaxTokensField::Always(field) = chat.max_tokens {
            let other = if field == "max_tokens" { "max_completion_tokens" } else { "max_tokens" };
            rename.push((other.to_owned(), field.to_owned()));
        }
        if chat.seed != "seed" {
            rename.push(("seed".to_owned(), chat.seed.to_owned()));
        }
        let usage = usage && chat.stream_usage;
        Changes { rename, edits: chat.edits.clone(), required_word: chat.required_word, usage }
    }

    /// The changes to one body. `model` is the client's name of the model and
    /// `upstream_model` the upstream's; `get` looks a member up.
    pub(crate) fn to_body(
        &self,
        dialect: Dialect,
        streamed: bool,
        model: &str,
        upstream_model: &str,
        get: impl Fn(&str) -> Option<String>,
    ) -> Vec<Edit> {
        let mut edits = vec![set("/model", Value::from(upstream_model).to_string())];
        let chat_words: &[_] = if dialect == Dialect::OpenaiChat { &self.rename } else { &[] };
        for (from, to) in chat_words.iter().chain(&self.edits.rename) {
            let from = pointer(from);
            if let Some(value) = get(&from) {
                edits.push(Edit { pointer: from, value: None });
                edits.push(set(&pointer(to), value));
            }
        }
        for name in self.edits.dropped(model) {
            edits.push(Edit { pointer: pointer(name), value: None });
        }
        if dialect == Dialect::OpenaiChat
            && self.required_word != "required"
            && get("/tool_choice").as_deref() == Some("\"required\"")
        {
            edits.push(set("/tool_choice", Value::from(self.required_word).to_string()));
        }
        if self.usage && streamed && matches!(dialect, Dialect::OpenaiChat | Dialect::OpenaiCompletions) {
            edits.extend(ask_for_usage(get("/stream_options").as_deref()));
        }
        edits
    }
}

fn set(pointer: &str, value: String) -> Edit {
    Edit { pointer: pointer.to_owned(), value: Some(value) }
}

/// The pointer to a member of the body (RFC 6901).
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Beginnings of the headers of an answer that a client can use beside those
/// of every upstream.
pub(crate) const VISIBLE: [&str; 5] =
    ["apim-request-id", "openai-model", "openai-processing-ms", "openai-version", "x-ratelimit-"];

#[cfg(test)]
mod tests {
    use jackfield_sdk::forward::visible;

    use super::*;
    use crate::settings::tests::Table;

    /// The changes to a body, as `pointer=value` with `-` for removed.
    fn edits(table: &Table, usage: bool, dialect: Dialect, streamed: bool, body: &str) -> String {
        let body: Value = serde_json::from_str(body).unwrap();
        let changes = Changes::new(&table.chat(), usage);
        let edits = changes
            .to_body(dialect, streamed, "m", "p/m", |pointer| body.pointer(pointer).map(Value::to_string));
        let spelled =
            edits.iter().map(|edit| format!("{}={}", edit.pointer, edit.value.as_deref().unwrap_or("-")));
        spelled.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn by_default_only_the_models_name_changes() {
        let body = r#"{"model":"x","max_tokens":1,"seed":2,"stream":true,"tool_choice":"required"}"#;
        assert_eq!(edits(&Table::new(), false, Dialect::OpenaiChat, true, body), r#"/model="p/m""#);
    }

    #[test]
    fn usage_is_asked_for_only_in_streams_of_clients_that_left_it_open() {
        let ask = |body: &str| {
            edits(&Table::new(), true, Dialect::OpenaiChat, true, body).replace(r#"/model="p/m""#, "")
        };
        assert_eq!(ask("{}"), r#" /stream_options={"include_usage":true}"#);
        assert_eq!(ask(r#"{"stream_options":null}"#), r#" /stream_options={"include_usage":true}"#);
        assert_eq!(
            ask(r#"{"stream_options":{"include_obfuscation":false}}"#),
            " /stream_options/include_usage=true"
        );
        assert_eq!(ask(r#"{"stream_options":{"include_usage":false}}"#), "");
        assert_eq!(ask(r#"{"stream_options":7}"#), "");
        assert_eq!(edits(&Table::new(), true, Dialect::OpenaiChat, false, "{}"), r#"/model="p/m""#);
        assert_eq!(edits(&Table::new(), true, Dialect::OpenaiEmbeddings, true, "{}"), r#"/model="p/m""#);
    }

    #[test]
    fn an_upstream_that_refuses_to_be_asked_for_usage_is_not_asked() {
        let table = Table::new().flag("stream-usage", false);
        assert_eq!(edits(&table, true, Dialect::OpenaiChat, true, "{}"), r#"/model="p/m""#);
    }

    #[test]
    fn configured_words_replace_the_clients() {
        let table = Table::new()
            .text("seed-field", "random_seed")
            .text("max-tokens-field", "max_tokens")
            .text("tool-choice-required", "any")
            .texts("rename", &["a/b=c"])
            .texts("drop", &["user", "top_p@o3*"]);
        let body = r#"{"seed":2,"max_completion_tokens":5,"tool_choice":"required","a/b":[1]}"#;
        assert_eq!(
            edits(&table, false, Dialect::OpenaiChat, true, body),
            r#"/model="p/m" /max_completion_tokens=- /max_tokens=5 /seed=- /random_seed=2 /a~1b=- /c=[1] /user=- /tool_choice="any""#
        );
    }

    #[test]
    fn the_operators_account_and_the_connection_stay_hidden() {
        let headers: Vec<_> = [
            "content-type",
            "openai-organization",
            "x-ratelimit-limit-tokens",
            "server",
            "x-request-id",
            "set-cookie",
        ]
        .iter()
        .map(|name| ((*name).to_owned(), "v".to_owned()))
        .collect();
        let names: Vec<_> = visible(headers, &VISIBLE).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["content-type", "x-ratelimit-limit-tokens", "x-request-id"]);
    }
}
