//! Requests with nothing in them but what they can't do without, to be filled
//! in: `ChatRequest { seed: Some(7), ..ChatRequest::new("m", messages) }`. And
//! what an API of one text for an answer must refuse.

use crate::embedding::{EmbedRequest, Input};
use crate::llm::{ChatRequest, Message, Part, Role};
use crate::rerank::RerankRequest;
use crate::types::Error;

impl Message {
    /// What someone says, part by part.
    pub fn new(role: Role, content: Vec<Part>) -> Message {
        Message { role, name: None, content }
    }

    /// A message that is one text.
    pub fn text(role: Role, text: impl Into<String>) -> Message {
        Message::new(role, vec![Part::text(text)])
    }
}

impl ChatRequest {
    /// A conversation to be answered as the model likes.
    pub fn new(model: impl Into<String>, messages: Vec<Message>) -> ChatRequest {
        ChatRequest {
            model: model.into(),
            messages,
            tools: Vec::new(),
            tool_choice: None,
            parallel_tool_calls: None,
            response_format: None,
            max_output_tokens: None,
            temperature: None,
            top_p: None,
            top_k: None,
            frequency_penalty: None,
            presence_penalty: None,
            seed: None,
            stop: Vec::new(),
            choices: None,
            logprobs: None,
            reasoning: None,
            modalities: Vec::new(),
            audio: None,
            user: None,
            metadata: Vec::new(),
            service_tier: None,
            extra: None,
        }
    }

    /// Refuses what can't be left out without giving another answer than was
    /// asked for: several answers, and answers in another form than text. `who`
    /// is the provider, for the message.
    pub fn refuse_all_but_one_text(&self, who: &str) -> Result<(), Error> {
        if let Some(choices) = self.choices.filter(|choices| *choices > 1) {
            return Err(Error::unsupported(format!(
                "{who} gives one answer to a request, not {choices}: ask several times"
            )));
        }
        match self.modalities.iter().find(|modality| *modality != "text") {
            Some(modality) => {
                Err(Error::unsupported(format!("{who} answers with text only, not with `{modality}`")))
            }
            None => Ok(()),
        }
    }
}

impl EmbedRequest {
    /// Inputs to be embedded in the model's usual way.
    pub fn new(model: impl Into<String>, inputs: Vec<Input>) -> EmbedRequest {
        EmbedRequest {
            model: model.into(),
            inputs,
            dimensions: None,
            purpose: None,
            encoding: None,
            truncation: None,
            user: None,
            extra: None,
        }
    }
}

impl RerankRequest {
    /// Documents to be ranked, all of them.
    pub fn new(model: impl Into<String>, query: impl Into<String>, documents: Vec<String>) -> RerankRequest {
        RerankRequest {
            model: model.into(),
            query: query.into(),
            documents,
            top_n: None,
            max_tokens_per_document: None,
            extra: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ErrorKind;

    #[test]
    fn one_text_is_let_through_and_anything_more_refused() {
        let plain = ChatRequest::new("m", vec![Message::text(Role::User, "hi")]);
        let text = ChatRequest { choices: Some(1), modalities: vec!["text".to_owned()], ..plain.clone() };
        assert!(plain.refuse_all_but_one_text("It").is_ok() && text.refuse_all_but_one_text("It").is_ok());
        for more in [
            ChatRequest { choices: Some(2), ..plain.clone() },
            ChatRequest { modalities: vec!["text".to_owned(), "audio".to_owned()], ..plain },
        ] {
            let error = more.refuse_all_but_one_text("It").unwrap_err();
            assert!(error.kind == ErrorKind::Unsupported && error.message.starts_with("It "));
        }
    }
}
