//! `jackfield tools`: what the tools of a provider are, and a call of one.

use std::io::{Read, Write};

use jackfield::runtime::api::tool::{CallResult, Definition, Output};
use jackfield::runtime::api::types::{Media, Source};
use jackfield::runtime::{CallContext, Provider};
use serde_json::{Value, json};

use crate::exit::usage;
use crate::render::table::Table;
use crate::render::text::plain;
use crate::session::Session;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A tool that fails in a way that a model should see is a failure of the command: exit code 1.

Examples:
  jackfield tools weather                                  its tools
  jackfield tools weather --json                           the same with their schemas
  jackfield tools weather forecast '{\"city\":\"Oslo\"}'       a call
  echo '{\"city\":\"Oslo\"}' | jackfield tools weather forecast -")]
pub(crate) struct Arguments {
    /// The provider
    provider: String,
    /// The tool to call; without it, the tools are listed
    tool: Option<String>,
    /// Its arguments, a JSON object; `-` reads them from stdin
    #[arg(value_name = "JSON", default_value = "{}")]
    arguments: String,
    /// Print JSON, one object per line
    #[arg(long)]
    json: bool,
}

/// A tool said that it failed.
#[derive(Debug, thiserror::Error)]
#[error("the tool failed: {0}")]
struct Failed(String);

pub(crate) async fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    let given = match &arguments.tool {
        Some(_) => Some(object(&arguments.arguments)?),
        None => None,
    };
    let provider = session.open()?.provider(&arguments.provider).await?;
    match (&arguments.tool, given) {
        (Some(tool), Some(given)) => call(&provider, tool, &given, arguments.json).await,
        _ => list(&provider, arguments.json).await,
    }
}

/// The arguments of a call, which must be an object.
fn object(written: &str) -> anyhow::Result<String> {
    let text = match written {
        "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text
        }
        written => written.to_owned(),
    };
    match serde_json::from_str::<serde_json::Map<String, Value>>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(usage(format!(
            "the arguments must be a JSON object, such as '{{\"city\":\"Oslo\"}}': {error}"
        ))),
    }
}

async fn list(provider: &Provider, as_json: bool) -> anyhow::Result<()> {
    let tools = provider.list_tools(&CallContext::default()).await?;
    let mut out = anstream::stdout().lock();
    if as_json {
        for tool in &tools {
            writeln!(out, "{}", definition(tool))?;
        }
        return Ok(());
    }
    let mut table = Table::new(["tool", "arguments", "effect", "description"]);
    for tool in &tools {
        let line = tool.description.lines().next().unwrap_or_default();
        table.row([
            plain(&tool.name).into_owned(),
            plain(&arguments_of(&tool.parameters)).into_owned(),
            if tool.read_only { "reads" } else { "acts" }.to_owned(),
            plain(line).into_owned(),
        ]);
    }
    table.print(&mut out)?;
    Ok(())
}

/// A tool as JSON, its schemas as what they are and not as texts.
fn definition(tool: &Definition) -> Value {
    let schema = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    json!({
        "name": tool.name,
        "description": tool.description,
        "parameters": schema(&tool.parameters),
        "returns": tool.returns.as_deref().map(schema),
        "read_only": tool.read_only,
    })
}

/// The names of a schema's members, the optional ones in brackets.
fn arguments_of(schema: &str) -> String {
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(members) = schema["properties"].as_object().filter(|members| !members.is_empty()) else {
        return "-".to_owned();
    };
    let name = |name: &String| match required.contains(&name.as_str()) {
        true => name.clone(),
        false => format!("[{name}]"),
    };
    members.keys().map(name).collect::<Vec<_>>().join(" ")
}

async fn call(provider: &Provider, tool: &str, arguments: &str, as_json: bool) -> anyhow::Result<()> {
    let result = provider.call_tool(&CallContext::default(), tool, arguments).await?;
    if as_json {
        let content: Vec<Value> = result.content.iter().map(part).collect();
        writeln!(
            anstream::stdout().lock(),
            "{}",
            json!({ "content": content, "is_error": result.is_error })
        )?;
    }
    if result.is_error {
        return Err(Failed(text(&result)).into());
    }
    if !as_json {
        writeln!(anstream::stdout().lock(), "{}", plain(&text(&result)))?;
    }
    Ok(())
}

fn part(output: &Output) -> Value {
    match output {
        Output::Text(text) => json!({ "type": "text", "text": text }),
        Output::Json(text) => {
            json!({ "type": "json", "json": serde_json::from_str(text).unwrap_or(Value::Null) })
        }
        Output::Image(image) => {
            json!({ "type": "image", "mime_type": image.mime_type, "source": source(image) })
        }
    }
}

fn text(result: &CallResult) -> String {
    let part = |output: &Output| match output {
        Output::Text(text) => text.clone(),
        Output::Json(text) => match serde_json::from_str::<Value>(text) {
            Ok(value) => format!("{value:#}"),
            Err(_) => text.clone(),
        },
        Output::Image(image) => source(image),
    };
    result.content.iter().map(part).collect::<Vec<_>>().join("\n")
}

/// What an image is, in words.
fn source(image: &Media) -> String {
    match &image.source {
        Source::Data(bytes) => format!("an image of {} bytes", bytes.len()),
        Source::Url(url) => format!("an image at {url}"),
        Source::FileId(id) => format!("the image {id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_may_be_left_out_stand_in_brackets() {
        let schema = r#"{"properties": {"city": {}, "days": {}}, "required": ["city"]}"#;
        assert_eq!(arguments_of(schema), "city [days]");
        for schema in ["{}", r#"{"properties": {}}"#, "no JSON"] {
            assert_eq!(arguments_of(schema), "-");
        }
    }

    #[test]
    fn arguments_are_an_object_or_a_usage_error() {
        assert_eq!(object(r#"{"a": 1}"#).unwrap(), r#"{"a": 1}"#);
        for wrong in ["[1]", "city=Oslo", "", "{"] {
            assert!(object(wrong).unwrap_err().to_string().contains("must be a JSON object"), "{wrong}");
        }
    }

    #[test]
    fn a_result_is_shown_part_by_part() {
        let content = vec![Output::Text("a".to_owned()), Output::Json("[1]".to_owned())];
        let result = CallResult { content, is_error: false };
        assert_eq!(text(&result), "a\n[\n  1\n]");
        assert_eq!(part(&result.content[1]), json!({"type": "json", "json": [1]}));
    }
}
