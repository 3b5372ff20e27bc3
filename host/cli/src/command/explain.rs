//! `jackfield explain`: what would the gateway do with a request?

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use jackfield::Config;
use jackfield::gateway::surface::Question;
use jackfield::gateway::{Explained, explain};
use serde_json::{Map, Value, json};

use crate::exit::usage;
use crate::render::text::plain;
use crate::render::{DIM, YELLOW, explanation};
use crate::session::Session;

/// What it takes.
///
/// `--config` means a Portkey Config here, as users of those know it. The shared
/// argument of that name keeps its id, and so its place before the command.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nothing is sent, no plugin is loaded, and no key is needed. The answer goes by jackfield.toml, as `jackfield serve` \
does; a config that it would refuse is refused, with the place of each mistake. It exits with 2 then.

Examples:
  jackfield explain --config route.json --model gpt-4o-mini
  jackfield explain --route fast --metadata plan=paid
  jackfield explain --config '{\"provider\": \"openai\", \"retry\": {\"attempts\": 3}}' --model x
  jackfield explain --route fast --body request.json --json
  jackfield --config /etc/jackfield/jackfield.toml explain --config - < route.json")]
pub(crate) struct Arguments {
    /// The Portkey Config: a file, `-` for stdin, JSON, or the name of a saved config
    #[arg(long = "config", id = "route_config", value_name = "FILE|-|JSON|NAME")]
    config: Option<String>,
    /// A route of jackfield.toml
    #[arg(long, value_name = "NAME", conflicts_with_all = ["route_config", "model"])]
    route: Option<String>,
    /// The model that the request names, in place of its body's
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,
    /// What is said of the request; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    metadata: Vec<(String, String)>,
    /// A header of the request; can be repeated
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// The request's body, for conditions that ask about parameters
    #[arg(long, value_name = "FILE|-|JSON")]
    body: Option<String>,
    /// The request's path
    #[arg(long, value_name = "PATH", default_value = "/v1/chat/completions")]
    path: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The configuration, which other commands take as --config
    #[arg(long = "settings", id = "config", value_name = "FILE")]
    settings: Option<PathBuf>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE, as in plan=paid".to_owned()),
    }
}

pub(crate) fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    let settings = arguments.settings.as_deref().or(session.global.config.as_deref());
    let config = Config::find(&session.places, settings)?;
    if arguments.config.as_deref() == Some("-") && arguments.body.as_deref() == Some("-") {
        return Err(usage("only one of --config and --body can be read from stdin"));
    }
    let route = match &arguments.route {
        Some(route) if !config.gateway.routes.contains_key(route) => return Err(no_route(&config, route)),
        route => route.clone(),
    };
    if arguments.config.is_none() && route.is_none() && arguments.model.is_none() && arguments.body.is_none()
    {
        return Err(usage("there is nothing to explain: give --config, --route, --model or --body"));
    }
    let mut body = match &arguments.body {
        None => Map::new(),
        Some(body) => object(&text_of("--body", body, true)?)?,
    };
    if let Some(model) = route.or(arguments.model) {
        body.insert("model".to_owned(), Value::String(model));
    }
    let question = Question {
        config: arguments.config.as_deref().map(|text| config_text(&config, text)).transpose()?,
        headers: headers(&arguments.header)?,
        metadata: arguments.metadata.into_iter().collect::<BTreeMap<_, _>>(),
        path: arguments.path.into(),
        body: Value::Object(body).to_string().into(),
    };
    let Explained { explanation, unset } = explain(&config, &question).map_err(|error| {
        let error = error.to_string();
        // A client sends in a header what is an argument here.
        let flaw = error.strip_prefix("x-portkey-config: ").filter(|_| arguments.config.is_some());
        usage(plain(&flaw.map_or_else(|| error.clone(), |flaw| format!("--config: {flaw}"))))
    })?;
    let mut out = anstream::stdout().lock();
    if arguments.json {
        let unset: BTreeMap<&str, &[String]> =
            unset.iter().map(|(provider, names)| (provider.as_str(), names.as_slice())).collect();
        let told = json!({ "steps": explanation.steps, "unused": explanation.unused, "unset": unset });
        writeln!(out, "{told}")?;
        return Ok(());
    }
    explanation::print(&mut out, &explanation)?;
    drop(out);
    let mut notes = anstream::stderr().lock();
    for (provider, names) in &unset {
        writeln!(
            notes,
            "{YELLOW}note:{YELLOW:#} {provider} {DIM}isn't known to a gateway here until{DIM:#} {} {DIM}is set{DIM:#}",
            names.join(" or ")
        )?;
    }
    Ok(())
}

fn no_route(config: &Config, route: &str) -> anyhow::Error {
    let known: Vec<&str> = config.gateway.routes.keys().map(String::as_str).collect();
    match known.is_empty() {
        true => usage(format!("no route is named {route:?}: there is no [routes] in the configuration")),
        false => usage(format!("no route is named {route:?}; there are: {}", known.join(", "))),
    }
}

/// A config as it is sent: JSON, or the name of a saved one.
fn config_text(config: &Config, given: &str) -> anyhow::Result<String> {
    let saved = &config.gateway.server.configs;
    if saved.contains_key(given) && !Path::new(given).is_file() {
        return Ok(given.to_owned());
    }
    let text = text_of("--config", given, saved.is_empty())?;
    // What is no object would be taken for the name of a saved config.
    match text.trim_start().starts_with('{') {
        true => Ok(text),
        false => Err(usage("--config: a config is a JSON object, or the name of a saved one")),
    }
}

/// What an argument means: stdin, JSON as it stands there, or a file.
fn text_of(argument: &str, given: &str, alone: bool) -> anyhow::Result<String> {
    if given == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| usage(format!("{argument}: stdin can't be read: {error}")))?;
        return Ok(text);
    }
    if given.trim_start().starts_with(['{', '[']) {
        return Ok(given.to_owned());
    }
    let or = if alone { "" } else { ", and no config is saved by that name" };
    std::fs::read_to_string(given)
        .map_err(|error| usage(format!("{argument}: the file {given} can't be read{or}: {error}")))
}

fn object(text: &str) -> anyhow::Result<Map<String, Value>> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(usage("--body: a request's body is a JSON object")),
        Err(error) => Err(usage(format!("--body isn't JSON: {error}"))),
    }
}

fn headers(written: &[String]) -> anyhow::Result<http::HeaderMap> {
    let mut headers = http::HeaderMap::new();
    for line in written {
        let wrong = || usage(format!("--header {line:?}: write NAME: VALUE, as in 'x-tier: gold'"));
        let (name, value) = line.split_once(':').ok_or_else(wrong)?;
        let name: http::HeaderName = name.trim().parse().map_err(|_| wrong())?;
        let value: http::HeaderValue = value.trim().parse().map_err(|_| wrong())?;
        headers.append(name, value);
    }
    Ok(headers)
}
