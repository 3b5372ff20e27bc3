//! Counting tokens. The API counts those of a text, so this gathers every text
//! that the model would read. What a model's template puts around them isn't
//! counted, and isn't billed either.
//!
//! <https://docs.cohere.com/reference/tokenize>

use jackfield_sdk::calls::result_text;
use jackfield_sdk::llm::{ChatRequest, Part, Tool};
use jackfield_sdk::media::document_text;
use jackfield_sdk::types::Error;

/// The most characters of a text that is counted at once.
const MOST: usize = 65_536;

/// The texts of a request, in pieces that can be counted at once.
pub(crate) fn texts(request: &ChatRequest) -> Result<Vec<String>, Error> {
    let mut all = String::new();
    let mut add = |text: &str| {
        if !text.is_empty() {
            if !all.is_empty() {
                all.push('\n');
            }
            all.push_str(text);
        }
    };
    for part in request.messages.iter().flat_map(|message| &message.content) {
        match part {
            Part::Text(text) => add(&text.text),
            Part::Reasoning(thought) => add(&thought.text),
            Part::Refusal(text) | Part::Native(text) => add(text),
            Part::ToolCall(call) => {
                add(&call.name);
                add(&call.arguments);
            }
            Part::ToolResult(result) => add(&result_text(result)?),
            Part::Document(document) => add(&document_text(document)?),
            Part::CachePoint(_) => {}
            Part::Image(_) | Part::Audio(_) => {
                return Err(Error::unsupported("Cohere's API counts the tokens of texts only, not of media"));
            }
        }
    }
    for tool in &request.tools {
        match tool {
            Tool::Function(function) => {
                add(&function.name);
                add(function.description.as_deref().unwrap_or_default());
                add(&function.parameters);
            }
            Tool::Native(json) => add(json),
        }
    }
    Ok(cut(all))
}

fn cut(text: String) -> Vec<String> {
    if text.len() <= MOST {
        return if text.is_empty() { Vec::new() } else { vec![text] };
    }
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(MOST).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::llm::{FunctionTool, Message, Role};

    use super::*;

    #[test]
    fn every_text_that_the_model_reads_is_counted() {
        let messages = vec![Message::text(Role::System, "rules"), Message::text(Role::User, "question")];
        let tool = FunctionTool {
            name: "look".to_owned(),
            description: Some("looks".to_owned()),
            parameters: "{}".to_owned(),
            strict: None,
            cache: None,
        };
        let request = ChatRequest { tools: vec![Tool::Function(tool)], ..ChatRequest::new("m", messages) };
        assert_eq!(texts(&request).unwrap(), ["rules\nquestion\nlook\nlooks\n{}"]);
        assert!(texts(&ChatRequest::new("m", Vec::new())).unwrap().is_empty());
    }

    #[test]
    fn long_texts_are_counted_piece_by_piece() {
        let long = "é".repeat(MOST + 1);
        let pieces = texts(&ChatRequest::new("m", vec![Message::text(Role::User, &*long)])).unwrap();
        assert_eq!(pieces.iter().map(|piece| piece.chars().count()).collect::<Vec<_>>(), [MOST, 1]);
        assert_eq!(pieces.concat(), long);
    }
}
