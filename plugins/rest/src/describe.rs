//! Descriptions of tools in TOML (or the same in JSON): `[tools.NAME]` with
//! method, path, parameters and what becomes of the answer.
//!
//! Everything is checked when it is read: what a description gets wrong, its
//! author is told before a model calls anything.

mod fields;
mod headers;
mod pages;
mod parameters;
mod rules;
#[cfg(test)]
pub(crate) mod tests;
mod tool;

use serde_json::{Map, Value};

pub(crate) use self::fields::Fields;
pub(crate) use self::headers::{check_header, header_lines};
pub(crate) use self::parameters::Builder;
use crate::flaw::Flaw;
use crate::template::Values;
use crate::tool::Tool;

/// The most tools of one provider.
pub(crate) const MOST_TOOLS: usize = 500;

/// What reading a tool needs beside its table.
pub(crate) struct Context<'c> {
    /// The operator's values for `{config.NAME}`.
    pub(crate) values: &'c Values,
    /// What goes with every request.
    pub(crate) headers: &'c [(String, String)],
    /// The operation of this id of the OpenAPI document, as a tool.
    pub(crate) operation: &'c dyn Fn(&str) -> Result<Tool, String>,
}

/// A tool that was read, and the operation that it stands for, if it does.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) tool: Tool,
    pub(crate) operation: Option<String>,
}

/// Reads a description; of each tool, the first flaw.
pub(crate) fn read(description: &Value, context: &Context<'_>) -> (Vec<Described>, Vec<Flaw>) {
    let (mut described, mut flaws) = (Vec::new(), Vec::new());
    match tables(description) {
        Ok((defaults, tools)) => {
            for (name, table) in tools {
                match tool::read(name, table, &defaults, context) {
                    Ok(tool) => described.push(tool),
                    Err(flaw) => flaws.push(flaw),
                }
            }
        }
        Err(flaw) => flaws.push(flaw),
    }
    (described, flaws)
}

/// The fields of a table.
type Members = Map<String, Value>;

/// `[defaults]` and `[tools]`.
fn tables(description: &Value) -> Result<(Members, &Members), Flaw> {
    let mut fields = Fields::of(description, String::new())?;
    let defaults = fields.take("defaults");
    let tools = fields.take("tools");
    fields.finish()?;
    let defaults = match defaults {
        Some(value) => {
            let mut fields = Fields::of(value, "defaults".to_owned())?;
            for name in tool::INHERITED {
                fields.take(name);
            }
            fields.finish()?;
            value.as_object().cloned().unwrap_or_default()
        }
        None => Map::new(),
    };
    let tools = tools.and_then(Value::as_object).filter(|tools| !tools.is_empty());
    let tools =
        tools.ok_or_else(|| Flaw::new("tools", "there is no tool: write at least one [tools.NAME]"))?;
    if tools.len() > MOST_TOOLS {
        return Err(Flaw::new(
            "tools",
            format!("there are more than {MOST_TOOLS} tools: split them among several providers"),
        ));
    }
    Ok((defaults, tools))
}
