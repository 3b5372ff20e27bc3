//! What a model is asked: a conversation as the input that it takes. Models
//! here have whatever input their authors gave them; those with OpenAI's go
//! through the plugin `openai`, which has tools, images and the rest.

use jackfield_sdk::json::parse_object;
use jackfield_sdk::llm::{ChatRequest, Message, Part, ResponseFormat, Role};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::settings::take_word;
use jackfield_sdk::types::Error;
use serde_json::{Map, Value, json};

use super::queue::Queue;
use crate::settings::{InputForm, Mode, Settings};

/// Whether the answer comes whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    Streamed,
}

/// A request, ready to be sent.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) mode: Mode,
    pub(crate) queue: Queue,
    /// The model's input.
    pub(crate) input: Value,
    pub(crate) notes: Notes,
}

/// Writes a model's input, and says what of the request was left out.
pub(crate) fn prepare(
    request: &ChatRequest,
    delivery: Delivery,
    settings: &Settings,
) -> Result<Prepared, Error> {
    refuse(request)?;
    let mut notes = Notes::default();
    leave_out(request, &mut notes);
    let mut members = match request.extra.as_deref() {
        Some(extra) => parse_object("extra", extra)?,
        None => Map::new(),
    };
    let mode = take_word(&mut members, "mode", Mode::WORDS)?.unwrap_or(settings.mode);
    if mode == Mode::Async && delivery == Delivery::Streamed {
        return Err(Error::unsupported(
            "a queued request has no stream: its output goes to the webhook; ask without `stream`, or with `mode` = `predict`",
        ));
    }
    let mut queue = settings.queue.clone();
    if mode == Mode::Async {
        queue.take(&mut members);
        if queue.webhook.is_none() {
            notes.warn("Baseten keeps no outputs, and no webhook gets this one: it is lost unless the model saves it itself");
        }
    }
    let input = match members.remove("model_input") {
        Some(input) => input,
        None => {
            let mut input = conversation(&request.messages, settings.input, &mut notes)?;
            parameters(&mut input, request, delivery, settings, &mut notes);
            for (name, value) in members {
                match value {
                    Value::Null => input.remove(&name),
                    value => input.insert(name, value),
                };
            }
            Value::Object(input)
        }
    };
    Ok(Prepared { mode, queue, input, notes })
}

/// What can't be done at all.
fn refuse(request: &ChatRequest) -> Result<(), Error> {
    let asked = [
        (!request.tools.is_empty(), "tools"),
        (!matches!(request.response_format, None | Some(ResponseFormat::Text)), "response_format"),
        (request.choices.is_some_and(|choices| choices != 1), "choices"),
        (request.modalities.iter().any(|modality| modality != "text"), "modalities"),
        (request.audio.is_some(), "audio"),
    ];
    match asked.iter().find(|(asked, _)| *asked) {
        Some((_, what)) => Err(Error::unsupported(format!(
            "a model of its own kind has no `{what}` that is known here: put what it takes into `extra`, or use the plugin openai where it speaks that protocol"
        ))),
        None => Ok(()),
    }
}

fn leave_out(request: &ChatRequest, notes: &mut Notes) {
    let because = "a model of its own kind has none that is known here; put what it takes into `extra`";
    for (given, field) in [
        (request.logprobs.is_some(), "logprobs"),
        (request.reasoning.is_some(), "reasoning"),
        (request.user.is_some(), "user"),
        (!request.metadata.is_empty(), "metadata"),
        (request.service_tier.is_some(), "service_tier"),
    ] {
        notes.left_out(given, field, because);
    }
}

fn conversation(
    messages: &[Message],
    form: InputForm,
    notes: &mut Notes,
) -> Result<Map<String, Value>, Error> {
    let said: Vec<(&'static str, String)> = messages
        .iter()
        .map(|message| Ok((role(message.role)?, text(&message.content, notes)?)))
        .collect::<Result<_, Error>>()?;
    let input = match form {
        InputForm::Messages => {
            let messages: Vec<Value> =
                said.into_iter().map(|(role, text)| json!({ "role": role, "content": text })).collect();
            ("messages".to_owned(), Value::from(messages))
        }
        InputForm::Prompt => ("prompt".to_owned(), Value::from(prompt(said, notes))),
    };
    Ok([input].into_iter().collect())
}

fn role(role: Role) -> Result<&'static str, Error> {
    Ok(match role {
        Role::System | Role::Developer => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => return Err(Error::unsupported("this model takes no results of tools")),
    })
}

fn text(parts: &[Part], notes: &mut Notes) -> Result<String, Error> {
    let mut all = String::new();
    for part in parts {
        match part {
            Part::Text(text) => all.push_str(&text.text),
            Part::Refusal(text) => all.push_str(text),
            Part::Reasoning(_) => notes.left_out(true, "reasoning", "this model takes texts only"),
            Part::CachePoint(_) => notes.left_out(true, "cache_point", "this model has none"),
            _ => {
                return Err(Error::unsupported(
                    "this model takes texts only: put what else it takes into `extra`, or use the plugin openai where it speaks that protocol",
                ));
            }
        }
    }
    Ok(all)
}

/// A single message is the prompt; several are told with who said them.
fn prompt(mut said: Vec<(&'static str, String)>, notes: &mut Notes) -> String {
    if said.len() == 1
        && let Some((_, text)) = said.pop()
    {
        return text;
    }
    notes.warn("the conversation was joined to one text, with the role before each message");
    let mut prompt: String = said.iter().map(|(role, text)| format!("{role}: {text}\n")).collect();
    prompt.push_str("assistant: ");
    prompt
}

fn parameters(
    input: &mut Map<String, Value>,
    request: &ChatRequest,
    delivery: Delivery,
    settings: &Settings,
    notes: &mut Notes,
) {
    let stop = (!request.stop.is_empty()).then(|| json!(request.stop));
    let given = [
        ("max_tokens", request.max_output_tokens.map(Value::from)),
        ("temperature", request.temperature.map(Value::from)),
        ("top_p", request.top_p.map(Value::from)),
        ("top_k", request.top_k.map(Value::from)),
        ("frequency_penalty", request.frequency_penalty.map(Value::from)),
        ("presence_penalty", request.presence_penalty.map(Value::from)),
        ("seed", request.seed.map(Value::from)),
        ("stop", stop),
        ("stream", (delivery == Delivery::Streamed).then(|| true.into())),
    ];
    for (name, value) in given {
        let Some(value) = value else { continue };
        let other = settings.parameters.iter().find(|(from, _)| from == name).map(|(_, to)| to.as_str());
        match other {
            // That a stream is wanted is known here, whether the model is told or not.
            Some("") => notes.left_out(name != "stream", name, "this model has no such parameter"),
            other => drop(input.insert(other.unwrap_or(name).to_owned(), value)),
        }
    }
}

#[cfg(test)]
mod tests;
