//! `jackfield providers show`: all that is known of one.

use std::io::Write;

use jackfield::Config;
use jackfield::runtime::catalog::{Model, Preset};
use serde_json::json;

use super::known::{Known, one};
use crate::exit::usage;
use crate::render::table::Table;
use crate::render::text::{list, plain};
use crate::render::{BOLD, DIM, GREEN, YELLOW};

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prices are US dollars for a million tokens, as they were published on the day that is told.

Examples:
  jackfield providers show groq
  jackfield providers show groq --json")]
pub(super) struct Arguments {
    /// The provider
    provider: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let Some(it) = one(config, &arguments.provider) else {
        // Completing it says which names there are.
        let error = config.provider(&arguments.provider).err();
        return Err(error.map_or_else(|| usage("there is no such provider"), Into::into));
    };
    let mut out = anstream::stdout().lock();
    if arguments.json {
        let mut told = serde_json::to_value(&it)?;
        let config = it.settings.as_ref().map(|settings| &settings.config);
        let start = it.preset.and_then(|preset| preset.start.as_deref());
        told["config"] = json!(config.or(it.preset.map(|preset| &preset.config)));
        told["start"] = json!(start);
        told["models"] = json!(it.preset.map(|preset| preset.models.as_slice()).unwrap_or_default());
        writeln!(out, "{told:#}")?;
        return Ok(());
    }
    head(&mut out, &it)?;
    if let Some(preset) = it.preset {
        models(&mut out, preset)?;
    }
    Ok(())
}

fn head(out: &mut impl Write, it: &Known<'_>) -> anyhow::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}  {}", plain(&it.provider), plain(it.title.unwrap_or_default()))?;
    let mut line = |name: &str, text: &str| writeln!(out, "  {DIM}{name:<14}{DIM:#} {}", plain(text));
    line("plugin", &it.plugin)?;
    line("models", &list(&it.kinds))?;
    for secret in &it.secrets {
        let state = if secret.found { "" } else { " (not there)" };
        line("secret", &format!("{}, from {}{state}", secret.name, secret.place()))?;
    }
    let config =
        it.settings.as_ref().map(|settings| &settings.config).or(it.preset.map(|preset| &preset.config));
    let written = |name: &str| config.is_some_and(|config| config.contains_key(name));
    for (name, example) in it.needs.iter().filter(|(name, _)| !written(name)) {
        line("needs", &format!("config.{name}, as in {example}"))?;
    }
    for (name, value) in config.into_iter().flatten() {
        line("config", &format!("{name} = {value}"))?;
    }
    line("may reach", &list(&it.origins))?;
    line("documentation", it.documentation.unwrap_or("-"))?;
    if let Some(start) = it.preset.and_then(|preset| preset.start.as_deref()) {
        line("to start it", start)?;
    }
    match it.ready {
        true => writeln!(out, "  {GREEN}ready{GREEN:#}: jackfield providers test {}", plain(&it.provider))?,
        false => writeln!(out, "  {YELLOW}not ready{YELLOW:#}: {}", plain(&it.missing.join("; ")))?,
    }
    Ok(())
}

fn models(out: &mut impl Write, preset: &Preset) -> anyhow::Result<()> {
    let mut table =
        Table::new(["model", "kind", "context", "output", "vectors", "can", "in", "cached", "out"]);
    for model in &preset.models {
        let price = model.price.as_ref().map(|quote| quote.price);
        let dollars =
            |amount: Option<f64>| amount.map_or_else(|| "-".to_owned(), |amount| amount.to_string());
        table.row([
            plain(&model.id).into_owned(),
            model.kind.name().to_owned(),
            count(model.context_tokens),
            count(model.output_tokens),
            count(model.dimensions),
            list(model.abilities.iter().map(|ability| ability.name())),
            dollars(price.map(|price| price.input)),
            dollars(price.and_then(|price| price.cache_read)),
            dollars(price.and_then(|price| price.output)),
        ]);
    }
    if table.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    table.print(out)?;
    let mut told: Vec<String> = preset.models.iter().filter_map(provenance).collect();
    told.dedup();
    told.sort();
    told.dedup();
    for source in told {
        writeln!(out, "{DIM}{}{DIM:#}", plain(&source))?;
    }
    Ok(())
}

/// Who published a price, and when that was read.
fn provenance(model: &Model) -> Option<String> {
    let quote = model.price.as_ref()?;
    let source = quote.source.as_ref().map_or_else(|| "prices".to_owned(), |url| format!("prices of {url}"));
    Some(quote.read.map_or_else(|| source.clone(), |day| format!("{source}, {day}")))
}

fn count(count: Option<u32>) -> String {
    count.map_or_else(|| "-".to_owned(), |count| count.to_string())
}
