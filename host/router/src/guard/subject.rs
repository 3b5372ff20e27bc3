//! What checks look at.

use std::collections::BTreeMap;

/// Where a hook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Before the request goes out.
    Before,
    /// Before the answer comes back.
    After,
}

impl Stage {
    /// Its name towards webhooks.
    pub const fn event(self) -> &'static str {
        match self {
            Self::Before => "beforeRequestHook",
            Self::After => "afterRequestHook",
        }
    }
}

/// What kind of request it is, as guardrails name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `/v1/chat/completions`.
    Chat,
    /// `/v1/completions`.
    Completion,
    /// `/v1/responses`.
    Response,
    /// `/v1/messages`.
    Messages,
    /// `/v1/embeddings`.
    Embedding,
}

impl Kind {
    /// Portkey's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chatComplete",
            Self::Completion => "complete",
            Self::Response => "createModelResponse",
            Self::Messages => "messages",
            Self::Embedding => "embed",
        }
    }
}

/// One text and what is known of the request that it belongs to.
///
/// As in Portkey, the text of a request is that of its last message. Of an
/// answer it is that of one choice; where there are several, each is judged on
/// its own and the worst counts.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    /// Whether the text is of the request or of the answer.
    pub stage: Stage,
    /// What kind of request it is.
    pub kind: Kind,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// All text there is, one piece in a line.
    pub text: &'s str,
    /// The provider that is to be asked.
    pub provider: &'s str,
    /// The model that it is to be asked for.
    pub model: &'s str,
    /// What is said of the request.
    pub metadata: &'s BTreeMap<String, String>,
}

impl<'s> Subject<'s> {
    /// The text, if there is any.
    pub(crate) fn some_text(&self) -> Result<&'s str, super::CheckError> {
        if self.text.is_empty() { Err(super::CheckError::no_text()) } else { Ok(self.text) }
    }

    /// Whether a list names the model, by the provider's name for it or as
    /// `provider/model`.
    pub(crate) fn is_among(&self, models: &[String]) -> bool {
        models.iter().any(|name| {
            name == self.model
                || name.split_once('/').is_some_and(|(provider, model)| {
                    provider.trim_start_matches('@') == self.provider && model == self.model
                })
        })
    }
}
