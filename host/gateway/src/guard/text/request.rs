//! The text of a request: that of its last message, of its prompt, of its
//! input.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Form, Part, Source, Unreadable};
use crate::endpoint::ChatDialect;

#[derive(Deserialize)]
struct Messages<'a> {
    #[serde(borrow, default)]
    messages: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    /// What a tool gave, in the list of a response's input.
    #[serde(borrow)]
    output: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Prompt<'a> {
    #[serde(borrow)]
    prompt: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Input<'a> {
    #[serde(borrow)]
    input: Option<&'a RawValue>,
}

/// The text of a request.
///
/// # Errors
/// It isn't of that form.
pub(in crate::guard) fn read(form: Form, body: &[u8]) -> Result<Part, Unreadable> {
    let source = Source(body);
    let mut part = Part::new();
    match form {
        Form::Chat(ChatDialect::OpenaiChat | ChatDialect::AnthropicMessages | ChatDialect::CohereChat) => {
            let Messages { messages } = source.parse()?;
            if let Some(last) = messages.last() {
                message(source, last, &mut part)?;
            }
        }
        Form::Chat(ChatDialect::OpenaiCompletions) => {
            let Prompt { prompt } = source.parse()?;
            // Lists of tokens have no text.
            prompt.map_or(Ok(()), |prompt| source.content(prompt, &mut part))?;
        }
        Form::Chat(ChatDialect::OpenaiResponses) => {
            let Input { input } = source.parse()?;
            match input {
                Some(input) if input.get().starts_with('[') => {
                    let items: Vec<&RawValue> = serde_json::from_str(input.get())?;
                    if let Some(last) = items.last() {
                        message(source, last, &mut part)?;
                    }
                }
                Some(input) => source.content(input, &mut part)?,
                None => {}
            }
        }
        Form::Chat(ChatDialect::GeminiGenerate) => super::gemini::request(source, &mut part)?,
        Form::Chat(ChatDialect::BedrockConverse) => super::bedrock::request(source, &mut part)?,
        Form::ContentEmbeddings => super::gemini::embedded(source, &mut part)?,
        Form::Embeddings => {
            let Input { input } = source.parse()?;
            input.map_or(Ok(()), |input| source.content(input, &mut part))?;
        }
    }
    Ok(part)
}

fn message<'b>(source: Source<'b>, raw: &'b RawValue, part: &mut Part) -> Result<(), Unreadable> {
    if !raw.get().starts_with('{') {
        return Err(Unreadable("a message must be a JSON object".to_owned()));
    }
    let message: Message<'b> = serde_json::from_str(raw.get())?;
    for content in [message.content, message.output].into_iter().flatten() {
        source.content(content, part)?;
    }
    Ok(())
}
