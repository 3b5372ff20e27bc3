//! One part of a request. A part of a kind that the typed form hasn't, as what
//! Google's own tools gave, passes in its own form.

use jackfield_runtime::api::llm::{Part, ReasoningPart, ResultPart, ToolCall, ToolResult};
use jackfield_runtime::api::types::{Document, Source};
use serde_json::value::RawValue;

use super::carried::{self, Carried};
use super::ids::Calls;
use crate::dialect::error::DecodeError;
use crate::dialect::media;
use crate::dialect::read::{self, Rest, Text};

object! {
    /// A part.
    Wire {
        text: Text<'a> = "text",
        thought: bool = "thought",
        signature: Text<'a> = "thoughtSignature" | "thought_signature",
        inline_data: Blob<'a> = "inlineData" | "inline_data",
        file_data: FileData<'a> = "fileData" | "file_data",
        function_call: FunctionCall<'a> = "functionCall" | "function_call",
        function_response: FunctionResponse<'a> = "functionResponse" | "function_response",
    }
}

object! {
    /// Bytes.
    Blob {
        mime_type: Text<'a> = "mimeType" | "mime_type",
        data: Text<'a> = "data",
        name: Text<'a> = "displayName" | "display_name",
    }
}

object! {
    /// An address.
    FileData {
        mime_type: Text<'a> = "mimeType" | "mime_type",
        uri: Text<'a> = "fileUri" | "file_uri",
        name: Text<'a> = "displayName" | "display_name",
    }
}

object! {
    /// A call of a function.
    FunctionCall {
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        args: &'a RawValue = "args",
    }
}

object! {
    /// What a function gave.
    FunctionResponse {
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        response: &'a RawValue = "response",
        parts: Vec<&'a RawValue> = "parts",
    }
}

/// What is read of all parts of a conversation.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) calls: Calls,
    pub(super) warnings: Vec<String>,
}

impl Reading {
    fn left_out(&mut self, path: &str, rest: &Rest<'_>) {
        let each = |name| format!("`{path}.{name}` was left out: it has no place in a typed message");
        self.warnings.extend(rest.names().map(each));
    }

    /// Appends what a part says.
    pub(super) fn part(
        &mut self,
        path: &str,
        raw: &RawValue,
        out: &mut Vec<Part>,
    ) -> Result<(), DecodeError> {
        let mut wire: Wire<'_> = read::raw(path, raw)?;
        let carried = self.carried(path, wire.signature.take());
        let known = wire.text.is_some()
            || wire.inline_data.is_some()
            || wire.file_data.is_some()
            || wire.function_call.is_some()
            || wire.function_response.is_some();
        if !known {
            match carried.and_then(restored) {
                Some(part) => out.push(part),
                None if wire.rest.is_empty() => {}
                None => out.push(Part::Native(raw.get().to_owned())),
            }
            return Ok(());
        }
        self.left_out(path, &wire.rest);
        if let Some(text) = wire.text.take() {
            said(text.into_string(), wire.thought == Some(true), carried, out);
        } else if let Some(blob) = wire.inline_data.take() {
            out.push(self.inline(&format!("{path}.inlineData"), blob)?);
        } else if let Some(file) = wire.file_data.take() {
            out.push(self.file(&format!("{path}.fileData"), file)?);
        } else if let Some(call) = wire.function_call.take() {
            let signature = carried.and_then(|carried| carried.signature);
            out.push(Part::ToolCall(self.call(&format!("{path}.functionCall"), call, signature)?));
        } else if let Some(given) = wire.function_response.take() {
            out.push(Part::ToolResult(self.result(&format!("{path}.functionResponse"), given)?));
        }
        Ok(())
    }

    /// What a signature carries. One of Google's is of use to Google's models
    /// only, and those get requests of this dialect unread, unless something in
    /// them is carried for another provider.
    fn carried(&mut self, path: &str, signature: Option<Text<'_>>) -> Option<Carried> {
        let signature = signature.filter(|text| !text.is_empty())?;
        let carried = Carried::read(&signature);
        if carried.is_none() {
            self.warnings.push(format!("`{path}.thoughtSignature` was left out: another model made it"));
        }
        carried
    }

    fn inline(&mut self, path: &str, blob: Blob<'_>) -> Result<Part, DecodeError> {
        self.left_out(path, &blob.rest);
        let mime = blob.mime_type.ok_or_else(|| DecodeError::missing(format!("{path}.mimeType")))?;
        let data = blob.data.ok_or_else(|| DecodeError::missing(format!("{path}.data")))?;
        let bytes = media::decode(&format!("{path}.data"), &carried::plain(&data))?;
        Ok(medium(Source::Data(bytes), Some(mime.into_string()), blob.name.map(Text::into_string)))
    }

    fn file(&mut self, path: &str, file: FileData<'_>) -> Result<Part, DecodeError> {
        self.left_out(path, &file.rest);
        let uri = file.uri.ok_or_else(|| DecodeError::missing(format!("{path}.fileUri")))?;
        let googles = ["gs://", "files/", "https://generativelanguage.googleapis.com/"];
        if googles.iter().any(|beginning| uri.starts_with(beginning)) {
            let message = "only Google's own API can read it: send the bytes as `inlineData`";
            return Err(DecodeError::unsupported(format!("{path}.fileUri"), message));
        }
        let mime = file.mime_type.map(Text::into_string).filter(|mime| !mime.is_empty());
        let mime = mime.or_else(|| guess(&uri).map(str::to_owned));
        Ok(medium(Source::Url(uri.into_string()), mime, file.name.map(Text::into_string)))
    }

    fn call(
        &mut self,
        path: &str,
        call: FunctionCall<'_>,
        signature: Option<String>,
    ) -> Result<ToolCall, DecodeError> {
        if let Some(name) = call.rest.names().next() {
            return Err(DecodeError::unsupported(format!("{path}.{name}"), "calls must be whole"));
        }
        let name = call.name.ok_or_else(|| DecodeError::missing(format!("{path}.name")))?.into_string();
        let arguments = call.args.map_or("{}", RawValue::get).to_owned();
        if !arguments.starts_with('{') {
            return Err(DecodeError::invalid(format!("{path}.args"), "must be a JSON object"));
        }
        let id = self.calls.called(call.id.map(Text::into_string), &name);
        Ok(ToolCall { id, name, arguments, signature })
    }

    fn result(&mut self, path: &str, given: FunctionResponse<'_>) -> Result<ToolResult, DecodeError> {
        self.left_out(path, &given.rest);
        let name = given.name.ok_or_else(|| DecodeError::missing(format!("{path}.name")))?.into_string();
        let call_id = self.calls.answered(given.id.map(Text::into_string), &name).ok_or_else(|| {
            DecodeError::invalid(path, format!("answers no call of `{name}`: send the call too, or its `id`"))
        })?;
        let response = given.response.ok_or_else(|| DecodeError::missing(format!("{path}.response")))?;
        let (first, is_error) = response_part(&format!("{path}.response"), response)?;
        let mut content = vec![first];
        for (place, raw) in given.parts.unwrap_or_default().into_iter().enumerate() {
            let path = format!("{path}.parts[{place}]");
            let mut parts = Vec::with_capacity(1);
            self.part(&path, raw, &mut parts)?;
            content.push(match parts.pop() {
                Some(Part::Image(image)) => ResultPart::Image(image),
                Some(Part::Document(document)) => ResultPart::Document(document),
                _ => return Err(DecodeError::unsupported(path, "must be an image or a document")),
            });
        }
        Ok(ToolResult { call_id, name: Some(name), content, is_error })
    }
}

/// What a function gave. An object of nothing but `output`, `result` or `error`
/// is how clients wrap what is no object by itself.
fn response_part(path: &str, raw: &RawValue) -> Result<(ResultPart, bool), DecodeError> {
    if !raw.get().starts_with('{') {
        return Err(DecodeError::invalid(path, "must be a JSON object"));
    }
    let members: Rest<'_> = read::raw(path, raw)?;
    let mut all = members.iter();
    let (Some((name, value)), None) = (all.next(), all.next()) else {
        return Ok((ResultPart::Json(raw.get().to_owned()), false));
    };
    if !["output", "result", "error"].contains(&name) {
        return Ok((ResultPart::Json(raw.get().to_owned()), false));
    }
    let part = match value.get().starts_with('"') {
        true => ResultPart::Text(read::raw::<String>(&format!("{path}.{name}"), value)?),
        false => ResultPart::Json(value.get().to_owned()),
    };
    Ok((part, name == "error"))
}

/// A text, or a thought. Those of one thought that come in pieces become one.
fn said(text: String, thought: bool, carried: Option<Carried>, out: &mut Vec<Part>) {
    if !thought {
        if !text.is_empty() {
            out.push(Part::text(text));
        }
        out.extend(carried.and_then(restored));
        return;
    }
    let Carried { signature, redacted, id, .. } = carried.unwrap_or_default();
    match out.last_mut() {
        Some(Part::Reasoning(before))
            if before.signature.is_none()
                && before.redacted.is_none()
                && redacted.is_none()
                && (before.id.is_none() || before.id == id) =>
        {
            before.text.push_str(&text);
            before.signature = signature;
            before.id = id;
        }
        _ => out.push(Part::Reasoning(ReasoningPart { text, signature, redacted, id })),
    }
}

/// A part that was nothing but carried.
fn restored(carried: Carried) -> Option<Part> {
    match carried {
        Carried { native: Some(native), .. } => Some(Part::Native(native)),
        Carried { signature: None, redacted: None, .. } => None,
        Carried { signature, redacted, id, .. } => {
            Some(Part::Reasoning(ReasoningPart { text: String::new(), signature, redacted, id }))
        }
    }
}

/// Bytes or an address, by what they hold.
fn medium(source: Source, mime_type: Option<String>, name: Option<String>) -> Part {
    match mime_type.as_deref().and_then(|mime| mime.split('/').next()) {
        Some("image") => Part::Image(media::media(source, mime_type)),
        Some("audio") => Part::Audio(media::media(source, mime_type)),
        _ => Part::Document(Document { source, mime_type, name, context: None, citations: false }),
    }
}

/// What an address without a type is likely to hold, where it decides on the
/// part's kind.
fn guess(uri: &str) -> Option<&'static str> {
    let path = uri.split(['?', '#']).next().unwrap_or(uri);
    Some(match path.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "pdf" => "application/pdf",
        _ => return None,
    })
}
