//! One part of an answer, as the contract has it. Parts that it has none for,
//! as those of tools that Google runs itself, pass in their own form, so that
//! the next request can send them back.

use jackfield_sdk::base64;
use jackfield_sdk::types::{Error, Media, Source};
use serde_json::value::RawValue;

use crate::wire::answer::{Blob, FunctionCall, Part as WirePart};

/// A part, read.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) what: What<'a>,
    pub(super) signature: Option<String>,
}

/// What a part says.
#[derive(Debug)]
pub(super) enum What<'a> {
    /// Text of the answer; often empty where only the signature counts.
    Text(String),
    Thought(String),
    Call(FunctionCall<'a>),
    Image(Media),
    Audio(Media),
    /// Anything else, with its signature in it.
    Native,
}

pub(super) fn read(raw: &RawValue) -> Result<Told<'_>, Error> {
    let part: WirePart<'_> = serde_json::from_str(raw.get()).map_err(|error| {
        Error::bad_answer(format!("a part of the answer isn't as the upstream's API says: {error}"))
    })?;
    let signature = part.thought_signature.map(std::borrow::Cow::into_owned).filter(|text| !text.is_empty());
    let what = match (part.function_call, part.inline_data, part.text) {
        (Some(call), ..) => whole(call)?,
        (None, Some(blob), _) => media(&blob)?,
        (None, None, Some(text)) if part.thought == Some(true) => What::Thought(text.into_owned()),
        (None, None, Some(text)) => What::Text(text.into_owned()),
        (None, None, None) => What::Native,
    };
    Ok(Told { signature: signature.filter(|_| !matches!(what, What::Native)), what })
}

fn whole(call: FunctionCall<'_>) -> Result<What<'_>, Error> {
    if call.partial_args.is_some() {
        return Err(Error::new(
            jackfield_sdk::types::ErrorKind::Unsupported,
            "the upstream sends the arguments of a call in pieces: leave `streamFunctionCallArguments` out of the request",
        )
        .sent());
    }
    Ok(What::Call(call))
}

/// The arguments of a call: none at all are an empty object.
pub(super) fn arguments(call: &FunctionCall<'_>) -> String {
    match call.args.map(RawValue::get) {
        None | Some("null") => "{}".to_owned(),
        Some(args) => args.to_owned(),
    }
}

fn media<'a>(blob: &Blob<'_>) -> Result<What<'a>, Error> {
    let media = |data| Media {
        source: Source::Data(data),
        mime_type: Some(blob.mime_type.to_string()),
        detail: None,
        transcript: None,
        id: None,
    };
    Ok(match blob.mime_type.split('/').next() {
        Some("image") => What::Image(media(base64::decode(&blob.data)?)),
        Some("audio") => What::Audio(media(base64::decode(&blob.data)?)),
        _ => What::Native,
    })
}
