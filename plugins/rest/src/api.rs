//! Everything that a provider's configuration describes: read once, when an
//! instance is first asked, and the same from then on.

use std::collections::BTreeSet;

use jackfield_sdk::tool::{CallResult, Definition};
use jackfield_sdk::types::{Error, ErrorKind};
use serde_json::Value;

use crate::call::{Upstream, call};
use crate::describe::{self, Context, Described, MOST_TOOLS, header_lines};
use crate::flaw::{Flaw, Flaws};
use crate::openapi::{self, OpenApi, Options, Selection, Skipped};
use crate::settings::{Auth, Settings};
use crate::text;
use crate::tool::{Body, Form, Into, Next, Style, Tool};

/// The tools of a provider.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) base_url: String,
    pub(crate) auth: Auth,
    pub(crate) tools: Vec<Tool>,
    /// Operations of the document that aren't tools.
    pub(crate) skipped: Vec<Skipped>,
}

impl Api {
    /// Reads the descriptions, or says everything that is wrong with them.
    pub(crate) fn read(settings: &Settings) -> Result<Api, Error> {
        let mut flaws = Flaws::default();
        let headers = header_lines(&settings.headers).unwrap_or_else(|flaw| {
            flaws.add("headers", &flaw);
            Vec::new()
        });
        let parsed = |text: &Option<String>, parse: fn(&str) -> Result<Value, String>| {
            text.as_deref().filter(|text| !text.trim().is_empty()).map(parse).transpose()
        };
        let mut root = |name, value: Result<Option<Value>, String>| {
            value.unwrap_or_else(|message| {
                flaws.add(name, &Flaw::new("", message));
                None
            })
        };
        let description = root("description", parsed(&settings.description, text::description));
        let document = root("openapi", parsed(&settings.openapi, text::openapi));
        if description.is_none() && document.is_none() && flaws.is_empty() {
            flaws.add("description", &Flaw::new("", "there is nothing to make tools of: write config.description = { file = \"api.toml\" }, or config.openapi"));
        }
        let mut tools = Tools { flaws, ..Tools::default() };
        let options = Options { headers: headers.clone(), check_responses: settings.check_responses };
        let openapi = document.as_ref().and_then(|root| {
            OpenApi::read(root, options).map_err(|flaw| tools.flaws.add("openapi", &flaw)).ok()
        });
        if let Some(description) = &description {
            let operation = |id: &str| match &openapi {
                Some(openapi) => openapi.tool(id),
                None => Err("there is no config.openapi that could have it".to_owned()),
            };
            let context = Context { values: &settings.values, headers: &headers, operation: &operation };
            let (described, flaws) = describe::read(description, &context);
            flaws.iter().for_each(|flaw| tools.flaws.add("description", flaw));
            described.into_iter().for_each(|described| tools.describe(described));
        }
        if let Some(openapi) = &openapi {
            tools.generate(openapi, settings);
        } else if document.is_none() && !(settings.include.is_empty() && settings.exclude.is_empty()) {
            tools.flaws.add(
                "include",
                &Flaw::new("", "there is no config.openapi to choose from: remove it, and config.exclude"),
            );
        }
        tools.finish(settings, document.as_ref())
    }

    /// What the host is told of the tools.
    pub(crate) fn definitions(&self) -> Vec<Definition> {
        let definition = |tool: &Tool| Definition {
            name: tool.name.clone(),
            description: tool.description.clone(),
            parameters: tool.parameters.shown.to_string(),
            returns: tool.answer.returns.as_ref().map(Value::to_string),
            read_only: tool.read_only,
        };
        self.tools.iter().map(definition).collect()
    }

    /// Calls a tool with the JSON text of its arguments.
    pub(crate) fn call(
        &self,
        name: &str,
        arguments: &str,
        upstream: &impl Upstream,
    ) -> Result<CallResult, Error> {
        let tool = self.tools.iter().find(|tool| tool.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.tools.iter().map(|tool| tool.name.as_str()).take(30).collect();
            Error::new(
                ErrorKind::NotFound,
                format!("there is no tool `{name}`; there are {}", known.join(", ")),
            )
        })?;
        let arguments = jackfield_sdk::json::parse_arg("arguments", arguments)?;
        call(tool, &self.base_url, arguments, upstream)
    }
}

/// Tools as they come together.
#[derive(Default)]
struct Tools {
    flaws: Flaws,
    tools: Vec<Tool>,
    /// Operations that a description stands for.
    operations: BTreeSet<String>,
    skipped: Vec<Skipped>,
}

impl Tools {
    fn describe(&mut self, described: Described) {
        self.operations.extend(described.operation);
        self.tools.push(described.tool);
    }

    fn generate(&mut self, openapi: &OpenApi<'_>, settings: &Settings) {
        let selection = Selection {
            include: settings.include.clone(),
            exclude: settings.exclude.clone(),
            deprecated: settings.deprecated,
        };
        match openapi.tools(&selection, &self.operations) {
            Ok((tools, skipped)) => {
                for tool in tools {
                    if self.tools.iter().any(|known| known.name == tool.name) {
                        let message = format!(
                            "the document has an operation `{}`: name the tool otherwise, or give it `operation`",
                            tool.name
                        );
                        self.flaws.add("description", &Flaw::new(format!("tools.{}", tool.name), message));
                    }
                    self.tools.push(tool);
                }
                self.skipped = skipped;
            }
            Err(flaw) => self.flaws.add("openapi", &flaw),
        }
    }

    fn finish(mut self, settings: &Settings, document: Option<&Value>) -> Result<Api, Error> {
        if let Some(parameter) = settings.auth.parameter() {
            for tool in self.tools.iter().filter(|tool| writes(tool, &parameter)) {
                let message = format!(
                    "the parameter `{parameter}` is the host's to write, as config.auth says: remove it"
                );
                self.flaws.add("auth", &Flaw::new(format!("tools.{}", tool.name), message));
            }
        }
        if self.tools.len() > MOST_TOOLS {
            let message = format!(
                "{} operations would be tools; at most {MOST_TOOLS} can: choose with config.include",
                self.tools.len()
            );
            self.flaws.add("openapi", &Flaw::new("", message));
        }
        if self.tools.is_empty() && self.flaws.is_empty() {
            let reasons = self.skipped.iter().take(5).map(|it| format!("; {}: {}", it.id, it.reason));
            self.flaws.add(
                "openapi",
                &Flaw::new("", format!("no operation became a tool{}", reasons.collect::<String>())),
            );
        }
        let Some(base_url) = settings.base_url.clone().filter(|_| self.flaws.is_empty()) else {
            if settings.base_url.is_none() {
                let url = document
                    .and_then(openapi::server)
                    .unwrap_or_else(|| "https://api.example.com/v1".to_owned());
                let message = format!(
                    "where the API lives isn't said: write config.base-url = \"{url}\", and grant its origin under grant.origins"
                );
                self.flaws.add("base-url", &Flaw::new("", message));
            }
            return Err(Error::invalid_request(format!(
                "the provider's tools can't be read:\n{}",
                self.flaws
            )));
        };
        Ok(Api { base_url, auth: settings.auth.clone(), tools: self.tools, skipped: self.skipped })
    }
}

/// Whether a tool could write this parameter of the query.
fn writes(tool: &Tool, parameter: &str) -> bool {
    let paged = tool.pages.as_ref().is_some_and(|pages| match &pages.next {
        Next::Cursor { into, .. } | Next::Offset { into, .. } | Next::Page { into, .. } => {
            matches!(into, Into::Query(name) if name == parameter)
        }
        Next::Link | Next::Address(_) => false,
    });
    paged
        || tool.query.iter().any(|item| item.name == parameter || item.style == Style::Members)
        || matches!(&tool.body, Body::Form(Form::Items(items)) if items.iter().any(|item| item.name == parameter))
}
