//! What a call of a tool gave. The API wants an object: one that the tool gave
//! goes as it is, anything else as its member `output`, a failure as `error`.
//! Models that can't have media in there get them behind it.

use std::borrow::Cow;

use jackfield_sdk::calls;
use jackfield_sdk::llm::{ResultPart, ToolResult};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use serde_json::value::RawValue;

use super::parts::{Context, document, media, object, upstream_id};
use crate::wire::request::{Data, FunctionResponse, Part, ResponsePart};

pub(super) fn parts<'a>(
    result: &'a ToolResult,
    context: &Context<'a>,
    notes: &mut Notes,
) -> Result<Vec<Part<'a>>, Error> {
    // The latest call of this id: some clients give the same id again.
    let called = context.calls.iter().rposition(|call| call.id == result.call_id);
    let name = match (&result.name, called) {
        (Some(name), _) => name.as_str(),
        (None, Some(place)) => context.calls[place].name.as_str(),
        (None, None) => {
            return Err(Error::invalid_request(format!(
                "a result is of the call `{}`, which isn't in the conversation: send the call too, or the tool's name with the result",
                result.call_id
            )));
        }
    };
    let (texts, data) = pieces(result, context, notes)?;
    let response = FunctionResponse {
        id: upstream_id(&result.call_id),
        name,
        response: response(&texts, result.is_error)?,
        parts: Vec::new(),
        place: called.unwrap_or(context.calls.len()),
    };
    Ok(with_media(response, data, context.media_in_results))
}

fn with_media<'a>(mut response: FunctionResponse<'a>, data: Vec<Data<'a>>, within: bool) -> Vec<Part<'a>> {
    let mut behind = Vec::new();
    for data in data {
        match data {
            Data::Inline(blob) if within => response.parts.push(ResponsePart::InlineData(blob)),
            Data::File(file) if within => response.parts.push(ResponsePart::FileData(file)),
            data => behind.push(data.into()),
        }
    }
    let mut parts = vec![Data::FunctionResponse(response).into()];
    parts.append(&mut behind);
    parts
}

/// The texts of a result, and its media.
fn pieces<'a>(
    result: &'a ToolResult,
    context: &Context<'a>,
    notes: &mut Notes,
) -> Result<(Vec<&'a str>, Vec<Data<'a>>), Error> {
    let (mut texts, mut data) = (Vec::new(), Vec::new());
    for part in &result.content {
        match part {
            ResultPart::Text(text) | ResultPart::Json(text) => texts.push(text.as_str()),
            ResultPart::Image(image) => data.push(media(image, context.platform, notes)?),
            ResultPart::Document(file) => data.push(document(file, context.platform, notes)?),
        }
    }
    Ok((texts, data))
}

fn response<'a>(texts: &[&'a str], is_error: bool) -> Result<Cow<'a, RawValue>, Error> {
    let member = if is_error { "error" } else { "output" };
    match texts {
        // An empty text is no object here, though it may be as arguments.
        [text] if !is_error && text.trim_start().starts_with('{') => match calls::arguments(text) {
            Ok(object) => Ok(Cow::Borrowed(object)),
            Err(text) => object(member, text).map(Cow::Owned),
        },
        [text] => object(member, *text).map(Cow::Owned),
        texts => object(member, texts.join("\n")).map(Cow::Owned),
    }
}
