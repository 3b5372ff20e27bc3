//! One operation, and the tool that it becomes.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Options;
use super::document::Document;
use super::parameter::{self, Place};
use super::{body, schema};
use crate::describe::Builder;
use crate::flaw::Flaw;
use crate::schema::{Schema, Unknown};
use crate::template::{Piece, Template};
use crate::tool::{Answers, Failure, Retry, Tool, Verb};

/// The most characters of a description.
const DESCRIPTION: usize = 2000;

/// One operation of a document.
#[derive(Debug, Clone)]
pub(super) struct Operation<'d> {
    /// Its `operationId`, or what stands for it: also the tool's name, with what
    /// a name can't have replaced.
    pub(super) id: String,
    name: String,
    pub(super) tags: Vec<String>,
    pub(super) deprecated: bool,
    method: Verb,
    path: &'d str,
    /// Parameters of the path, then its own.
    parameters: Vec<&'d Value>,
    operation: &'d Map<String, Value>,
}

const METHODS: [(&str, Verb); 5] = [
    ("get", Verb::Get),
    ("post", Verb::Post),
    ("put", Verb::Put),
    ("patch", Verb::Patch),
    ("delete", Verb::Delete),
];

/// All operations of a document.
pub(super) fn all<'d>(document: &Document<'d>) -> Result<Vec<Operation<'d>>, Flaw> {
    let paths = document.root.get("paths").and_then(Value::as_object);
    let paths =
        paths.ok_or_else(|| Flaw::new("paths", "the document has no paths, so there is nothing to call"))?;
    let (mut operations, mut names) = (Vec::new(), BTreeSet::new());
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with('/')) {
        let place = format!("paths.{path}");
        let item = document.resolve(item).map_err(|message| Flaw::new(&place, message))?;
        let item = item.as_object().ok_or_else(|| Flaw::new(&place, "this isn't an object"))?;
        let shared = list(item, "parameters");
        for (word, method) in METHODS {
            let Some(operation) = item.get(word) else { continue };
            let operation = operation
                .as_object()
                .ok_or_else(|| Flaw::new(format!("{place}.{word}"), "this isn't an object"))?;
            let id = match operation.get("operationId").and_then(Value::as_str) {
                Some(id) if !id.is_empty() => id.to_owned(),
                _ => format!("{word}{path}"),
            };
            let tags = list(operation, "tags").into_iter().filter_map(Value::as_str).map(str::to_owned);
            operations.push(Operation {
                name: unique(&id, &mut names),
                id,
                tags: tags.collect(),
                deprecated: operation.get("deprecated") == Some(&Value::Bool(true)),
                method,
                path,
                parameters: [shared.clone(), list(operation, "parameters")].concat(),
                operation,
            });
        }
    }
    Ok(operations)
}

fn list<'v>(members: &'v Map<String, Value>, name: &str) -> Vec<&'v Value> {
    members.get(name).and_then(Value::as_array).into_iter().flatten().collect()
}

/// A tool's name out of an id: what it can't have becomes `_`, and a name that
/// is taken gets a number.
fn unique(id: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let mut base: String = id.chars().map(plain).take(60).collect();
    while base.contains("__") {
        base = base.replace("__", "_");
    }
    let base = base.trim_matches('_');
    let base = if base.is_empty() { "operation" } else { base };
    let mut name = base.to_owned();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}

impl<'d> Operation<'d> {
    /// What flaws call it.
    pub(super) fn place(&self) -> String {
        format!("paths.{}.{} ({})", self.path, self.method.to_string().to_ascii_lowercase(), self.id)
    }

    /// The tool, or why there can't be one.
    pub(super) fn tool(&self, document: &Document<'d>, options: &Options) -> Result<Tool, String> {
        let found = parameter::read(&self.parameters, document)?;
        let body = match self.operation.get("requestBody") {
            Some(body) if self.method != Verb::Get => body::read(document.resolve(body)?, document)?,
            _ => None,
        };
        let flawed = |flaw: Flaw| flaw.to_string();
        let mut builder = Builder::new(Unknown::Ignore);
        let mut names = Vec::new();
        for parameter in &found {
            let name = argument_name(&parameter.name, parameter.place, &builder);
            builder
                .add(&name, parameter.schema.clone(), parameter.required, &parameter.name)
                .map_err(flawed)?;
            names.push(name);
        }
        let body = match body {
            Some(body) => {
                let name = if builder.has("body") { "request_body" } else { "body" };
                builder.add(name, body.schema.clone(), body.required, name).map_err(flawed)?;
                body.sent_as(name)
            }
            None => crate::tool::Body::None,
        };
        let path = self.path(&found, &names)?;
        let (mut query, mut headers) = (
            Vec::new(),
            options
                .headers
                .clone()
                .into_iter()
                .map(|(name, value)| (name, Template::literal(&value)))
                .collect::<Vec<_>>(),
        );
        for (parameter, name) in found.iter().zip(&names) {
            match parameter.place {
                Place::Path => {}
                Place::Query => query.push(parameter.item(name)),
                Place::Header => {
                    let header = parameter.name.to_ascii_lowercase();
                    headers.retain(|(known, _)| *known != header);
                    headers.push((header, Template::argument(name)));
                }
            }
        }
        let mut answer = Answers::default();
        if options.check_responses
            && let Some(schema) = self.response(document)?
        {
            let schema = schema::alone(schema, document, false)?;
            answer.schema = Some(Schema::compile(&schema, "responses", Unknown::Ignore).map_err(flawed)?);
            answer.returns = Some(schema);
        }
        let read_only = self.method == Verb::Get;
        Ok(Tool {
            name: self.name.clone(),
            description: self.description(),
            method: self.method,
            path,
            query,
            headers,
            body,
            parameters: builder.finish("parameters").map_err(flawed)?,
            pages: None,
            answer,
            failure: Failure::default(),
            retry: Retry::usual(self.method.is_idempotent()),
            read_only,
            timeout_ms: None,
        })
    }

    fn description(&self) -> String {
        let part = |name| {
            self.operation.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
        };
        let text = match (part("summary"), part("description")) {
            (Some(summary), Some(more)) if !more.starts_with(summary) => format!("{summary}\n\n{more}"),
            (_, Some(text)) | (Some(text), None) => text.to_owned(),
            (None, None) => format!("{} {}", self.method, self.path),
        };
        text.chars().take(DESCRIPTION).collect()
    }

    /// The path with the arguments that stand in it.
    fn path(&self, found: &[parameter::Parameter], names: &[String]) -> Result<Vec<Template>, String> {
        let argument = |wire: &str| {
            let place = found.iter().position(|it| it.place == Place::Path && it.name == wire);
            place
                .map(|place| names[place].clone())
                .ok_or_else(|| format!("its path parameter `{wire}` isn't declared"))
        };
        let rest = self.path.strip_prefix('/').unwrap_or(self.path);
        if rest.contains(['?', '#', '\\']) {
            return Err("its path has a query".to_owned());
        }
        if rest.is_empty() {
            return Ok(Vec::new());
        }
        let segment = |segment: &str| {
            let (mut pieces, mut rest) = (Vec::new(), segment);
            while let Some((before, after)) = rest.split_once('{') {
                let (name, after) = after.split_once('}').ok_or("its path has a brace that isn't closed")?;
                if !before.is_empty() {
                    pieces.push(Piece::Text(before.to_owned()));
                }
                pieces.push(Piece::Argument(argument(name)?));
                rest = after;
            }
            if rest == "." || rest == ".." {
                return Err("its path has a relative segment".to_owned());
            }
            if !rest.is_empty() || pieces.is_empty() {
                pieces.push(Piece::Text(rest.to_owned()));
            }
            Ok(Template::of(pieces))
        };
        rest.split('/').map(segment).collect()
    }

    /// The schema of a good answer, where it is JSON.
    fn response(&self, document: &Document<'d>) -> Result<Option<&'d Value>, String> {
        let Some(responses) = self.operation.get("responses").and_then(Value::as_object) else {
            return Ok(None);
        };
        let good = responses.iter().find(|(status, _)| status.starts_with('2'));
        let Some((_, response)) = good else { return Ok(None) };
        let content = document.resolve(response)?.get("content").and_then(Value::as_object);
        let json = content.and_then(|content| content.iter().find(|(kind, _)| body::is_json(kind)));
        Ok(json.and_then(|(_, media)| media.get("schema")))
    }
}

/// An argument's name that a model can write: letters, digits, `_`, `-` and `.`,
/// and no other parameter's.
fn argument_name(wire: &str, place: Place, builder: &Builder) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '_' };
    let name: String = wire.chars().map(plain).take(50).collect();
    let name = match name.trim_matches('_') {
        "" => place.word().to_owned(),
        trimmed if name.ends_with('_') && wire.ends_with([']', '}']) => trimmed.to_owned(),
        _ => name,
    };
    if !builder.has(&name) {
        return name;
    }
    let mut other = format!("{}_{name}", place.word());
    while builder.has(&other) {
        other.push('_');
    }
    other
}
