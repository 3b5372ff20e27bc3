//! Bodies of requests.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::parameter::{form, has_members};
use super::schema::alone;
use crate::template::{Json, Template};
use crate::tool::{Body, Form, Style};

/// A body that an argument can be.
#[derive(Debug, Clone)]
pub(super) struct RequestBody {
    pub(super) schema: Value,
    pub(super) required: bool,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Json(String),
    Form(Vec<(String, Style)>),
}

impl RequestBody {
    /// The body that an argument of this name becomes.
    pub(super) fn sent_as(self, argument: &str) -> Body {
        match self.kind {
            Kind::Json(content_type) => {
                Body::Json { content_type, value: Json::Template(Template::argument(argument)) }
            }
            Kind::Form(styles) => Body::Form(Form::Argument(argument.to_owned(), styles)),
        }
    }
}

/// Whether a media type is JSON.
pub(super) fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// Reads a body; nothing where it is optional and of no kind that is known.
pub(super) fn read<'d>(body: &'d Value, document: &Document<'d>) -> Result<Option<RequestBody>, String> {
    let required = body.get("required") == Some(&Value::Bool(true));
    let Some(content) = body.get("content").and_then(Value::as_object) else { return Ok(None) };
    let json =
        content.get_key_value("application/json").or_else(|| content.iter().find(|(kind, _)| is_json(kind)));
    let form = content.iter().find(|(kind, _)| kind.starts_with("application/x-www-form-urlencoded"));
    let (media, is_form, kind) = match (json, form) {
        (Some((kind, media)), _) => (media, false, kind.clone()),
        (None, Some((kind, media))) => (media, true, kind.clone()),
        (None, None) if !required => return Ok(None),
        (None, None) => {
            let kinds: Vec<&str> = content.keys().map(String::as_str).collect();
            return Err(format!("its body is {}, and only JSON and forms are sent", kinds.join(" or ")));
        }
    };
    let mut schema = match media.get("schema") {
        Some(schema) => alone(schema, document, true)?,
        None => json!({}),
    };
    if let (Some(text), Value::Object(members)) =
        (body.get("description").and_then(Value::as_str), &mut schema)
    {
        members.entry("description").or_insert_with(|| text.into());
    }
    let kind = if is_form { Kind::Form(styles(&schema, media)) } else { Kind::Json(kind) };
    Ok(Some(RequestBody { schema, required, kind }))
}

/// How the fields of a form are written: as `encoding` says, else objects as
/// JSON and arrays field by field.
fn styles(schema: &Value, media: &Value) -> Vec<(String, Style)> {
    let Some(Value::Object(fields)) = schema.get("properties") else { return Vec::new() };
    let style = |(name, schema): (&String, &Value)| {
        let is_object = schema.as_object().is_some_and(has_members);
        let encoding = media.get("encoding").and_then(|all| all.get(name)).and_then(Value::as_object);
        (name.clone(), encoding.and_then(|it| encoded(it, is_object)).unwrap_or(usual(is_object)))
    };
    fields.iter().map(style).collect()
}

fn usual(is_object: bool) -> Style {
    if is_object { Style::Json } else { Style::Repeat }
}

fn encoded(encoding: &Map<String, Value>, is_object: bool) -> Option<Style> {
    if encoding.get("contentType").and_then(Value::as_str).is_some_and(is_json) {
        return Some(Style::Json);
    }
    let explode = encoding.get("explode").and_then(Value::as_bool);
    match encoding.get("style").and_then(Value::as_str) {
        Some("deepObject") => Some(Style::Deep),
        Some("spaceDelimited") => Some(Style::Space),
        Some("pipeDelimited") => Some(Style::Pipe),
        Some("form") => Some(form(explode, is_object)),
        _ => explode.map(|explode| form(Some(explode), is_object)),
    }
}
