//! The texts of a whole answer, one part for each choice.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Form, Part, Source, Unreadable};
use crate::endpoint::ChatDialect;

#[derive(Deserialize)]
struct Choices<'a> {
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Option<Content<'a>>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow)]
    output: Vec<Content<'a>>,
}

/// The texts of an answer.
///
/// # Errors
/// It isn't of that form.
pub(in crate::guard) fn read(form: Form, body: &[u8]) -> Result<Vec<Part>, Unreadable> {
    let source = Source(body);
    let of = |raw: Option<&'_ RawValue>| -> Result<Part, Unreadable> {
        let mut part = Part::new();
        raw.map_or(Ok(()), |raw| source.content(raw, &mut part))?;
        Ok(part)
    };
    match form {
        Form::Chat(ChatDialect::OpenaiChat | ChatDialect::OpenaiCompletions) => {
            let Choices { choices } = source.parse()?;
            let content = |choice: Choice<'_>| of_choice(source, &choice);
            choices.into_iter().map(content).collect()
        }
        Form::Chat(ChatDialect::AnthropicMessages) => {
            let Content { content } = source.parse()?;
            Ok(vec![of(content)?])
        }
        Form::Chat(ChatDialect::OpenaiResponses) => {
            let Output { output } = source.parse()?;
            let mut part = Part::new();
            for item in output {
                item.content.map_or(Ok(()), |raw| source.content(raw, &mut part))?;
            }
            Ok(vec![part])
        }
        Form::Chat(ChatDialect::GeminiGenerate) => super::gemini::answer(source),
        Form::Chat(ChatDialect::CohereChat) => {
            let choice: Choice<'_> = source.parse()?;
            match choice.message {
                Some(_) => Ok(vec![of_choice(source, &choice)?]),
                None => Err(Unreadable("it has no message".to_owned())),
            }
        }
        Form::Chat(ChatDialect::BedrockConverse) => super::bedrock::answer(source),
        Form::Embeddings | Form::ContentEmbeddings => Ok(Vec::new()),
    }
}

fn of_choice(source: Source<'_>, choice: &Choice<'_>) -> Result<Part, Unreadable> {
    let message = choice.message.as_ref().and_then(|message| message.content);
    let mut part = Part::new();
    for raw in [message, choice.text].into_iter().flatten() {
        // The value lies in the same bytes, whatever its lifetime says.
        Source(source.0).content(raw, &mut part)?;
    }
    Ok(part)
}
