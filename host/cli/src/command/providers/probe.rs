//! The cheapest call that shows whether a provider works.

use jackfield::runtime::api::embedding::{EmbedRequest, Input};
use jackfield::runtime::api::llm::ChatRequest;
use jackfield::runtime::api::rerank::RerankRequest;
use jackfield::runtime::api::types::ErrorKind;
use jackfield::runtime::catalog::{ModelKind, ModelList, Preset};
use jackfield::runtime::{CallContext, CallError, Interface, Provider};

use super::known::cheapest;
use crate::command::chat::ask;
use crate::render::text::count;

/// What is said to a model.
const QUESTION: &str = "Say yes.";

/// The most tokens of its answer: fewer are refused by some, and an answer that
/// is cut off is one.
const ANSWER_TOKENS: u32 = 16;

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Probe {
    /// Reads the list of models.
    Models,
    /// Asks one model.
    Model(ModelKind, String),
    /// Has the plugin describe its tools, which asks nobody: to call one could do
    /// anything.
    Tools,
}

impl Probe {
    /// The model, if it asks one.
    pub(super) fn model(&self) -> Option<&str> {
        match self {
            Self::Models | Self::Tools => None,
            Self::Model(_, model) => Some(model),
        }
    }
}

/// Kinds that can be asked, the cheapest first, and what that takes of a plugin.
const KINDS: [(ModelKind, Interface); 3] = [
    (ModelKind::Embedding, Interface::Embedding),
    (ModelKind::Rerank, Interface::Rerank),
    (ModelKind::Llm, Interface::Llm),
];

/// The interface that a kind of model is asked through, if it can be asked here.
pub(super) fn interface(kind: ModelKind) -> Option<Interface> {
    KINDS.iter().find(|(it, _)| *it == kind).map(|(_, interface)| *interface)
}

/// The calls to make, until one is answered: the list of models, where reading it
/// shows that the key is good, else the cheapest model that is known. Of what has
/// tools alone, their descriptions.
pub(super) fn plan(preset: Option<&Preset>, has: impl Fn(Interface) -> bool) -> Vec<Probe> {
    let public = preset.is_some_and(|preset| preset.model_list == ModelList::Public);
    let known = |(kind, interface): &(ModelKind, Interface)| {
        let model = cheapest(preset.filter(|_| has(*interface))?, *kind)?;
        Some(Probe::Model(*kind, model.to_owned()))
    };
    // Chat is what most are there for, so a key that can chat is the one to try.
    let model = KINDS.iter().rev().find_map(known);
    let list = has(Interface::Models).then_some(Probe::Models);
    let order = if public { [model, list] } else { [list, model] };
    let mut calls: Vec<Probe> = order.into_iter().flatten().collect();
    if calls.is_empty() && has(Interface::Tool) && KINDS.iter().all(|(_, interface)| !has(*interface)) {
        calls.push(Probe::Tools);
    }
    calls
}

/// Whether a list of models can't be had from an API that may work all the same.
pub(super) fn has_no_list(error: &CallError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unsupported
            | ErrorKind::NotFound
            | ErrorKind::BadUpstreamAnswer
            | ErrorKind::InvalidRequest
    )
}

/// Makes a call, and tells what came of it.
pub(super) async fn make(provider: &Provider, probe: &Probe) -> Result<String, CallError> {
    let context = CallContext::default();
    match probe {
        Probe::Models => {
            let models = provider.list_models(&context).await?;
            Ok(format!("lists {}", count(models.len(), "model")))
        }
        Probe::Tools => {
            let tools = provider.list_tools(&context).await?;
            Ok(format!("has {}", count(tools.len(), "tool")))
        }
        Probe::Model(ModelKind::Embedding, model) => {
            let request = EmbedRequest::new(model.as_str(), vec![Input::Text(QUESTION.to_owned())]);
            provider.embed(&context, request).await?;
            Ok(format!("{model} gives vectors"))
        }
        Probe::Model(ModelKind::Rerank, model) => {
            let request = RerankRequest {
                model: model.clone(),
                query: QUESTION.to_owned(),
                documents: vec!["yes".to_owned()],
                top_n: None,
                max_tokens_per_document: None,
                extra: None,
            };
            provider.rerank(&context, request).await?;
            Ok(format!("{model} ranks"))
        }
        Probe::Model(_, model) => {
            let request = ChatRequest { max_output_tokens: Some(ANSWER_TOKENS), ..ask(model, QUESTION) };
            provider.chat(&context, request).await?;
            Ok(format!("{model} answers"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset(more: &str) -> Preset {
        let text = format!(
            "title = 'T'\nplugin = 'openai'\ndocumentation = 'https://x.example'\norigins = ['https://x.example']\n{more}\n\
             [[models]]\nid = 'dear'\nkind = 'llm'\nprice = {{ input = 3, output = 9 }}\n\
             [[models]]\nid = 'cheap'\nkind = 'llm'\nprice = {{ input = 1, output = 2 }}\n\
             [[models]]\nid = 'unpriced'\nkind = 'llm'\n\
             [[models]]\nid = 'vectors'\nkind = 'embedding'\ndimensions = 3\n"
        );
        Preset::parse(&text, "t.toml").unwrap()
    }

    fn model(kind: ModelKind, id: &str) -> Probe {
        Probe::Model(kind, id.to_owned())
    }

    #[test]
    fn the_list_comes_first_and_then_the_cheapest_model() {
        let chat = model(ModelKind::Llm, "cheap");
        assert_eq!(plan(Some(&preset("")), |_| true), [Probe::Models, chat.clone()]);
        assert_eq!(plan(Some(&preset("")), |it| it != Interface::Models), [chat]);
        let vectors = model(ModelKind::Embedding, "vectors");
        assert_eq!(plan(Some(&preset("")), |it| it == Interface::Embedding), [vectors]);
        assert_eq!(plan(None, |_| true), [Probe::Models]);
        assert_eq!(plan(None, |_| false), []);
    }

    #[test]
    fn tools_are_asked_for_where_there_is_nothing_else() {
        assert_eq!(plan(None, |it| it == Interface::Tool), [Probe::Tools]);
        assert_eq!(plan(None, |it| matches!(it, Interface::Tool | Interface::Models)), [Probe::Models]);
        // Which model there is to chat with nobody knows here: the user is asked.
        assert_eq!(plan(None, |it| matches!(it, Interface::Tool | Interface::Llm)), []);
    }

    #[test]
    fn a_list_that_everybody_may_read_proves_nothing_of_a_key() {
        let chat = model(ModelKind::Llm, "cheap");
        assert_eq!(plan(Some(&preset("model-list = 'public'")), |_| true), [chat, Probe::Models]);
    }
}
