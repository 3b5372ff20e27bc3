//! `[tools.NAME]`: one tool.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Builder, Context, Described, Fields, check_header, pages, rules};
use crate::flaw::Flaw;
use crate::template::{Json, Template};
use crate::tool::{Answers, Body, Failure, Form, Item, Retry, Style, Tool, Verb};

/// What a tool takes from `[defaults]` where it has none of its own; `headers`
/// and `query` are added to its own.
pub(super) const INHERITED: [&str; 5] = ["headers", "query", "timeout-ms", "error", "retry"];

/// The longest time of one exchange, in milliseconds. The host's own limits
/// hold besides.
const LONGEST: u64 = 600_000;

pub(super) fn read(
    name: &str,
    table: &Value,
    defaults: &Map<String, Value>,
    context: &Context<'_>,
) -> Result<Described, Flaw> {
    let place = format!("tools.{name}");
    check_name(name).map_err(|message| Flaw::new(&place, message))?;
    let mut fields = Fields::of(table, place)?;
    let operation = fields.text("operation")?;
    let mut tool = match operation {
        Some(id) => {
            let named = (context.operation)(id).map_err(|message| fields.flaw("operation", message))?;
            Tool { name: name.to_owned(), ..named }
        }
        None => request(name, &mut fields, defaults, context)?,
    };
    match fields.text("description")? {
        Some(text) if !text.trim().is_empty() => tool.description = text.trim().to_owned(),
        _ if operation.is_some() && !fields.has("description") => {}
        _ => {
            return Err(
                fields.flaw("description", "write what the tool does and when to use it: a model reads it")
            );
        }
    }
    tool.read_only = fields.boolean("read-only")?.unwrap_or(tool.read_only);
    if let Some(table) = fields.table("pages")? {
        tool.pages = Some(pages::read(table, tool.method, &tool.body)?);
    }
    let mut inherited = Inherited { fields, defaults };
    if let Some((table, _)) = inherited.table("error")? {
        tool.failure = rules::error(table, tool.failure)?;
    }
    tool.retry = match inherited.table("retry")? {
        Some((table, inherited)) => rules::retry(table, tool.is_repeatable(), inherited)?,
        None => Retry::usual(tool.is_repeatable()),
    };
    tool.timeout_ms = inherited.timeout()?.or(tool.timeout_ms);
    let mut fields = inherited.fields;
    match fields.table("response")? {
        Some(table) => tool.answer = rules::response(table, tool.answer, tool.pages.as_ref())?,
        None if tool.pages.is_some() => tool.answer.returns = None,
        None => {}
    }
    fields.finish()?;
    Ok(Described { tool, operation: operation.map(str::to_owned) })
}

/// Whether a tool can have this name.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        return Err(format!(
            "`{name}` can't name a tool: write letters, digits, `_` and `-`, at most 64 of them"
        ));
    }
    Ok(())
}

/// The part of a tool that makes its request.
fn request(
    name: &str,
    fields: &mut Fields<'_>,
    defaults: &Map<String, Value>,
    context: &Context<'_>,
) -> Result<Tool, Flaw> {
    let method = fields.word("method", &Verb::WORDS)?.unwrap_or(Verb::Get);
    let path = fields.text("path")?.ok_or_else(|| {
        fields.flaw("path", "write where the tool's address is below the base URL, as \"/cities/{city}\"")
    })?;
    let path = self::path(path, context).map_err(|message| fields.flaw("path", message))?;
    let mut common = Fields::of_map(defaults, "defaults");
    let mut query = items(common.entries("query")?, context)?;
    for item in items(fields.entries("query")?, context)? {
        query.retain(|known: &Item| known.name != item.name);
        query.push(item);
    }
    let mut headers: Vec<(String, Template)> = Vec::new();
    let own = context.headers.iter().map(|(name, value)| (name.clone(), Template::literal(value)));
    for (name, value) in own
        .chain(templates(common.entries("headers")?, context)?)
        .chain(templates(fields.entries("headers")?, context)?)
    {
        headers.retain(|(known, _)| *known != name);
        headers.push((name, value));
    }
    let body = self::body(fields, method, context)?;
    let entries = fields.entries("parameters")?;
    let parameters = Builder::read(entries)?;
    check_use(fields, &parameters, &path, &query, &headers, &body)?;
    let place = fields.place("parameters");
    Ok(Tool {
        name: name.to_owned(),
        description: String::new(),
        method,
        path,
        query,
        headers,
        body,
        parameters: parameters.finish(&place)?,
        pages: None,
        answer: Answers::default(),
        failure: Failure::default(),
        retry: Retry::usual(false),
        read_only: method == Verb::Get,
        timeout_ms: None,
    })
}

fn path(text: &str, context: &Context<'_>) -> Result<Vec<Template>, String> {
    let rest = text.strip_prefix('/').ok_or_else(|| format!("`{text}` must begin with `/`"))?;
    if rest.contains(['?', '#', '\\']) || rest.chars().any(char::is_control) {
        return Err(format!("`{text}` is more than a path: write parameters under `query`"));
    }
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    let segment = |segment: &str| {
        let read_as = segment.to_ascii_lowercase().replace("%2e", ".");
        if read_as == "." || read_as == ".." {
            return Err(format!("`{text}` has a relative segment: write the path that is meant"));
        }
        Template::parse(segment, context.values)
    };
    rest.split('/').map(segment).collect()
}

/// Parameters of a query, or fields of a form.
fn items(entries: Vec<(String, &String, &Value)>, context: &Context<'_>) -> Result<Vec<Item>, Flaw> {
    let item = |(place, name, value): (String, &String, &Value)| {
        let (value, style) = match value {
            Value::Object(_) => {
                let mut fields = Fields::of(value, place.clone())?;
                let style = fields.word("style", &Style::WORDS)?.unwrap_or(Style::Repeat);
                let value = fields
                    .take("value")
                    .ok_or_else(|| fields.flaw("value", "write the value, as \"{name}\""))?;
                fields.finish()?;
                (value, style)
            }
            Value::Null => return Err(Flaw::new(place, "null can't be sent here: remove it")),
            value => (value, Style::Repeat),
        };
        let value = Json::parse(value, context.values).map_err(|message| Flaw::new(&place, message))?;
        Ok(Item { name: name.clone(), value, style })
    };
    entries.into_iter().map(item).collect()
}

fn templates(
    entries: Vec<(String, &String, &Value)>,
    context: &Context<'_>,
) -> Result<Vec<(String, Template)>, Flaw> {
    let header = |(place, name, value): (String, &String, &Value)| {
        let name = check_header(name).map_err(|message| Flaw::new(&place, message))?;
        let text = value.as_str().ok_or_else(|| Flaw::new(&place, "write a string"))?;
        let value = Template::parse(text, context.values).map_err(|message| Flaw::new(&place, message))?;
        Ok((name, value))
    };
    entries.into_iter().map(header).collect()
}

fn body(fields: &mut Fields<'_>, method: Verb, context: &Context<'_>) -> Result<Body, Flaw> {
    let (has_form, content_type) = (fields.has("form"), fields.text("content-type")?);
    let form = items(fields.entries("form")?, context)?;
    let body = match (fields.take("body"), has_form) {
        (Some(_), true) => return Err(fields.flaw("form", "a tool has a body or a form: remove one of both")),
        (Some(value), false) => {
            let value = Json::parse(value, context.values).map_err(|message| fields.flaw("body", message))?;
            let content_type = content_type.unwrap_or("application/json");
            if !content_type.bytes().all(|c| (b'!'..=b'~').contains(&c) || c == b' ')
                || !content_type.contains('/')
            {
                return Err(fields.flaw("content-type", "write a media type, as \"application/json\""));
            }
            Body::Json { content_type: content_type.to_owned(), value }
        }
        (None, true) => Body::Form(Form::Items(form)),
        (None, false) => Body::None,
    };
    match body {
        Body::Json { .. } => {}
        _ if content_type.is_some() => {
            return Err(fields.flaw("content-type", "only a `body` has one: remove it"));
        }
        _ => {}
    }
    if method == Verb::Get && body != Body::None {
        return Err(fields
            .flaw("method", "a GET has no body: write another method, or send parameters under `query`"));
    }
    Ok(body)
}

/// That every placeholder has its parameter, and every parameter a place.
fn check_use(
    fields: &Fields<'_>,
    parameters: &Builder,
    path: &[Template],
    query: &[Item],
    headers: &[(String, Template)],
    body: &Body,
) -> Result<(), Flaw> {
    let mut used = BTreeSet::new();
    let mut place = |place: &str, names: Vec<&str>| {
        for name in names {
            if !parameters.has(name) {
                let message =
                    format!("`{{{name}}}` is declared nowhere: add [{}.{name}]", fields.place("parameters"));
                return Err(fields.flaw(place, message));
            }
            if place == "path" && !parameters.is_certain(name) {
                let message = format!(
                    "the path needs `{name}`: write `required = true` in its parameter, or a default"
                );
                return Err(fields.flaw(place, message));
            }
            used.insert(name.to_owned());
        }
        Ok(())
    };
    fn of_items(items: &[Item]) -> Vec<&str> {
        let mut names = Vec::new();
        items.iter().for_each(|item| item.value.arguments(&mut names));
        names
    }
    place("path", path.iter().flat_map(Template::arguments).collect())?;
    place("query", of_items(query))?;
    place("headers", headers.iter().flat_map(|(_, template)| template.arguments()).collect())?;
    match body {
        Body::Json { value, .. } => {
            let mut names = Vec::new();
            value.arguments(&mut names);
            place("body", names)?;
        }
        Body::Form(Form::Items(items)) => place("form", of_items(items))?,
        Body::Form(Form::Argument(..)) | Body::None => {}
    }
    match parameters.names().find(|name| !used.contains(*name)) {
        None => Ok(()),
        Some(name) => Err(fields.flaw(
            "parameters",
            format!("`{name}` is used nowhere: put `{{{name}}}` into path, query, headers, body or form, or remove it"),
        )),
    }
}

/// A tool's fields, and `[defaults]` where it lacks them.
struct Inherited<'v> {
    fields: Fields<'v>,
    defaults: &'v Map<String, Value>,
}

impl<'v> Inherited<'v> {
    /// The table, and whether it is that of the defaults.
    fn table(&mut self, name: &'static str) -> Result<Option<(Fields<'v>, bool)>, Flaw> {
        match self.fields.table(name)? {
            Some(own) => Ok(Some((own, false))),
            None => Ok(Fields::of_map(self.defaults, "defaults").table(name)?.map(|table| (table, true))),
        }
    }

    fn timeout(&mut self) -> Result<Option<u64>, Flaw> {
        match self.fields.count("timeout-ms", 1, LONGEST)? {
            Some(own) => Ok(Some(own)),
            None => Fields::of_map(self.defaults, "defaults").count("timeout-ms", 1, LONGEST),
        }
    }
}
