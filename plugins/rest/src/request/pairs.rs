//! Values as parameters of a query or fields of a form.

use serde_json::{Map, Value};

use crate::template::scalar;
use crate::tool::{Item, Style};

/// What an item becomes with these arguments; nothing where its argument isn't
/// there or is null.
pub(super) fn pairs(item: &Item, arguments: &Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    match item.value.render(arguments)? {
        Some(value) => styled(&item.name, &value, item.style),
        None => Ok(Vec::new()),
    }
}

/// The fields of a form that an object gives.
pub(super) fn form_of(
    argument: &str,
    value: &Value,
    styles: &[(String, Style)],
) -> Result<Vec<(String, String)>, String> {
    let Value::Object(members) = value else {
        return Err(format!("`{argument}` must be an object, but is {}", jackfield_sdk::json::kind(value)));
    };
    let style = |name: &str| {
        styles.iter().find(|(known, _)| known == name).map_or(Style::Repeat, |(_, style)| *style)
    };
    let fields = members.iter().map(|(name, value)| styled(name, value, style(name)));
    Ok(fields.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn styled(name: &str, value: &Value, style: Style) -> Result<Vec<(String, String)>, String> {
    let one = |text| Ok(vec![(name.to_owned(), text)]);
    match (value, style) {
        (Value::Null, _) => Ok(Vec::new()),
        (_, Style::Json) => one(value.to_string()),
        (Value::Array(elements), Style::Repeat | Style::Brackets) => {
            let name = if style == Style::Brackets { format!("{name}[]") } else { name.to_owned() };
            elements.iter().map(|element| Ok((name.clone(), scalar(&name, element)?))).collect()
        }
        (Value::Array(elements), Style::Comma | Style::Space | Style::Pipe) => {
            let texts =
                elements.iter().map(|element| scalar(name, element)).collect::<Result<Vec<_>, _>>()?;
            let between = match style {
                Style::Space => " ",
                Style::Pipe => "|",
                _ => ",",
            };
            if texts.is_empty() { Ok(Vec::new()) } else { one(texts.join(between)) }
        }
        (Value::Object(members), Style::Deep | Style::Members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let named = |member: &str| match style {
                Style::Deep => format!("{name}[{member}]"),
                _ => member.to_owned(),
            };
            members.map(|(member, value)| Ok((named(member), scalar(name, value)?))).collect()
        }
        _ => one(scalar(name, value)?),
    }
}

/// A value as a text, an array's elements with commas between them; nothing for
/// null.
pub(super) fn joined(name: &str, value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::Array(elements) => {
            let texts =
                elements.iter().map(|element| scalar(name, element)).collect::<Result<Vec<_>, _>>()?;
            Ok(Some(texts.join(",")))
        }
        other => scalar(name, other).map(Some),
    }
}
