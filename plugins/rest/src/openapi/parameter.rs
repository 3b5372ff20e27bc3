//! Parameters of operations.

use serde_json::{Map, Value, json};

use super::body::is_json;
use super::document::Document;
use super::schema::alone;
use crate::describe::check_header;
use crate::template::{Json, Template};
use crate::tool::{Item, Style};

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
}

impl Place {
    pub(super) fn word(self) -> &'static str {
        match self {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        }
    }
}

/// One parameter.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    /// As the upstream calls it.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) required: bool,
    pub(super) schema: Value,
    style: Style,
}

impl Parameter {
    /// The query's parameter that an argument of this name becomes.
    pub(super) fn item(&self, argument: &str) -> Item {
        Item {
            name: self.name.clone(),
            value: Json::Template(Template::argument(argument)),
            style: self.style,
        }
    }
}

/// The parameters of an operation: of two alike, the later one counts.
pub(super) fn read<'d>(values: &[&'d Value], document: &Document<'d>) -> Result<Vec<Parameter>, String> {
    let mut found: Vec<Parameter> = Vec::new();
    for value in values {
        let value = document.resolve(value)?;
        let text = |name| value.get(name).and_then(Value::as_str);
        let name = text("name").filter(|name| !name.is_empty()).ok_or("one of its parameters has no name")?;
        let required = value.get("required") == Some(&Value::Bool(true));
        let place = match text("in") {
            Some("path") => Place::Path,
            Some("query") => Place::Query,
            // A credential, the body's type, or what is the host's: nothing for an argument.
            Some("header") if name.eq_ignore_ascii_case("accept") || check_header(name).is_err() => continue,
            Some("header") => Place::Header,
            Some("cookie") if !required => continue,
            Some("cookie") => {
                return Err(format!("it needs the cookie `{name}`, and cookies are never sent"));
            }
            other => return Err(format!("its parameter `{name}` is in {}", other.unwrap_or("nothing"))),
        };
        let (schema, style) = schema(value, name, place, document)?;
        let parameter = Parameter {
            name: name.to_owned(),
            place,
            required: required || place == Place::Path,
            schema,
            style,
        };
        found.retain(|known| known.name != name || known.place != place);
        found.push(parameter);
    }
    Ok(found)
}

fn schema<'d>(
    value: &'d Value,
    name: &str,
    place: Place,
    document: &Document<'d>,
) -> Result<(Value, Style), String> {
    let content = value.get("content").and_then(Value::as_object).and_then(|content| content.iter().next());
    let (schema, style) = match content {
        Some((kind, media)) if is_json(kind) && place == Place::Query => (media.get("schema"), Style::Json),
        Some((kind, _)) => return Err(format!("its parameter `{name}` is {kind}")),
        None => (value.get("schema"), style(value, name, place)?),
    };
    let mut schema = match schema {
        Some(schema) => alone(schema, document, true)?,
        None => json!({}),
    };
    if let (Some(text), Value::Object(members)) =
        (value.get("description").and_then(Value::as_str), &mut schema)
    {
        members.insert("description".to_owned(), text.into());
    }
    Ok((schema, style))
}

/// How arrays and objects are written.
fn style(value: &Value, name: &str, place: Place) -> Result<Style, String> {
    let written = value.get("style").and_then(Value::as_str);
    let explode = value.get("explode").and_then(Value::as_bool);
    Ok(match (place, written) {
        (Place::Path | Place::Header, None | Some("simple")) => Style::Comma,
        (Place::Query, None | Some("form")) => form(explode, is_object(value)),
        (Place::Query, Some("spaceDelimited")) => {
            if explode == Some(true) {
                Style::Repeat
            } else {
                Style::Space
            }
        }
        (Place::Query, Some("pipeDelimited")) => {
            if explode == Some(true) {
                Style::Repeat
            } else {
                Style::Pipe
            }
        }
        (Place::Query, Some("deepObject")) => Style::Deep,
        (_, Some(other)) => return Err(format!("its parameter `{name}` has the style {other}")),
    })
}

/// The style `form`.
pub(super) fn form(explode: Option<bool>, is_object: bool) -> Style {
    match (explode.unwrap_or(true), is_object) {
        (true, true) => Style::Members,
        (true, false) => Style::Repeat,
        (false, _) => Style::Comma,
    }
}

fn is_object(parameter: &Value) -> bool {
    parameter.get("schema").and_then(Value::as_object).is_some_and(has_members)
}

/// Whether a schema is one of objects.
pub(super) fn has_members(schema: &Map<String, Value>) -> bool {
    schema.get("type").map_or(schema.contains_key("properties"), |kind| kind == "object")
}
