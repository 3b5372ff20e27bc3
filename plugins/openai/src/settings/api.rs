//! Which of the three APIs answers a chat: chat completions, responses, or the
//! older completions, and what responses depend on beside what chat does.

use jackfield_sdk::types::Error;

use super::{Paths, Patterns, Values, one_of};
use crate::wire::body::Members;

/// An API that answers chats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    /// `POST /chat/completions`.
    Chat,
    /// `POST /responses`.
    Responses,
    /// `POST /completions`.
    Completions,
}

/// How it is chosen.
#[derive(Debug, Clone)]
pub(crate) struct Apis {
    choice: Choice,
    responses_models: Patterns,
    completion_models: Patterns,
    pub(crate) responses_path: String,
    pub(crate) completions_path: String,
    pub(crate) responses: ResponsesSettings,
}

/// What requests for responses depend on.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResponsesSettings {
    /// Whether the upstream keeps answers; unsaid where it isn't set.
    pub(crate) store: Option<bool>,
    /// Whether to ask for encrypted thoughts of models that think.
    pub(crate) encrypted_reasoning: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Auto,
    Always(Api),
}

/// Members that only responses know: whoever sets one wants that API.
const STATE: [&str; 2] = ["previous_response_id", "conversation"];

impl Apis {
    pub(crate) fn read(from: &dyn Values) -> Result<Self, Error> {
        let words = [
            ("auto", Choice::Auto),
            ("chat", Choice::Always(Api::Chat)),
            ("responses", Choice::Always(Api::Responses)),
        ];
        Ok(Apis {
            choice: one_of(from, "chat-api", &words)?,
            responses_models: Patterns::read(from, "responses-models"),
            completion_models: Patterns::read(from, "completion-models"),
            responses_path: Paths::Responses.read(from),
            completions_path: Paths::Completions.read(from),
            responses: ResponsesSettings {
                store: from.flag("store"),
                encrypted_reasoning: from.flag("encrypted-reasoning").unwrap_or(true),
            },
        })
    }

    /// The API for a request: `extra` is what its caller adds to the body.
    pub(crate) fn choose(&self, model: &str, extra: Option<&str>) -> Api {
        if self.completion_models.match_any(model) {
            return Api::Completions;
        }
        match self.choice {
            Choice::Always(api) => api,
            Choice::Auto if self.responses_models.match_any(model) || wants_state(extra) => Api::Responses,
            Choice::Auto => Api::Chat,
        }
    }
}

fn wants_state(extra: Option<&str>) -> bool {
    let Some(Members(members)) = extra.and_then(|extra| serde_json::from_str(extra).ok()) else {
        return false;
    };
    members.iter().any(|(name, value)| STATE.contains(&&**name) && value.get() != "null")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::Table;

    #[test]
    fn a_request_that_names_state_goes_to_responses_unless_chat_is_demanded() {
        let state = Some(r#"{"previous_response_id":"resp_1"}"#);
        let auto = Apis::read(&Table::new()).unwrap();
        assert_eq!(auto.choose("m", None), Api::Chat);
        assert_eq!(auto.choose("m", Some(r#"{"store":true,"conversation":null}"#)), Api::Chat);
        assert_eq!(auto.choose("m", state), Api::Responses);
        assert_eq!(auto.choose("m", Some(r#"{"conversation":"conv_1"}"#)), Api::Responses);
        let chat = Apis::read(&Table::new().text("chat-api", "chat")).unwrap();
        assert_eq!(chat.choose("m", state), Api::Chat);
    }

    #[test]
    fn lists_say_which_models_need_which_api() {
        let table =
            Table::new().texts("responses-models", &["o1-pro*"]).texts("completion-models", &["davinci*"]);
        let apis = Apis::read(&table).unwrap();
        assert_eq!(apis.choose("o1-pro-2025", None), Api::Responses);
        assert_eq!(apis.choose("davinci-002", None), Api::Completions);
        assert_eq!(apis.choose("gpt-4o", None), Api::Chat);
        let always = Apis::read(&table.text("chat-api", "responses")).unwrap();
        assert_eq!(always.choose("gpt-4o", None), Api::Responses);
        assert_eq!(always.choose("davinci-002", None), Api::Completions, "it has no other API");
    }
}
