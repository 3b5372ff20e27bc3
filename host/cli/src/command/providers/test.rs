//! `jackfield providers test`: does it work, and if not, why?

use std::io::Write;
use std::time::Instant;

use anyhow::Context;
use jackfield::Config;
use jackfield::runtime::catalog::{ModelKind, Preset};
use jackfield::runtime::manifest::value::ConfigValue;
use jackfield::runtime::settings::document::nearest;
use jackfield::runtime::{CallContext, CallError, Interface, Provider};
use serde_json::json;
use url::Url;

use super::known::{Known, one};
use super::probe::{self, Probe};
use super::words::{Facts, Trouble};
use crate::exit::usage;
use crate::render::GREEN;
use crate::render::text::plain;
use crate::session::Session;

/// The most names that are offered in place of a wrong one.
const MOST_NEAR: usize = 5;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It reads the list of models, or, where that proves nothing, asks the cheapest model that the catalog knows for a few \
tokens. With --model it asks that one. Tools are counted and not called.

Examples:
  jackfield providers test groq
  jackfield providers test openai --model gpt-4o-mini
  jackfield providers test laptop --model bge-m3 --kind embedding --json")]
pub(super) struct Arguments {
    /// The provider
    provider: String,
    /// The model to ask
    #[arg(short, long)]
    model: Option<String>,
    /// What that model is for, where the catalog doesn't know it
    #[arg(short, long, value_enum, requires = "model")]
    kind: Option<Kind>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Kinds of models that can be asked.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    Llm,
    Embedding,
    Rerank,
}

impl From<Kind> for ModelKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Llm => Self::Llm,
            Kind::Embedding => Self::Embedding,
            Kind::Rerank => Self::Rerank,
        }
    }
}

pub(super) async fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    let name = arguments.provider.as_str();
    let jackfield = session.open()?;
    let provider = jackfield.provider(name).await?;
    let config: &Config = jackfield.config();
    let known = one(config, name).ok_or_else(|| usage(format!("there is no provider {name}")))?;
    let probes = match arguments.model {
        Some(model) => vec![named(&provider, known.preset, model, arguments.kind.map(Into::into))?],
        None => probe::plan(known.preset, |interface| provider.has(interface)),
    };
    let begun = Instant::now();
    let (probe, outcome) = first_answer(&provider, &probes).await.ok_or_else(|| {
        usage(format!("nothing is known to ask {name} for: name a model, as in `jackfield providers test {name} --model MODEL`"))
    })?;
    let millis = begun.elapsed().as_millis();
    let mut out = anstream::stdout().lock();
    match outcome {
        Ok(what) if arguments.json => {
            let told = json!({ "provider": name, "ok": true, "model": probe.model(), "what": what, "milliseconds": millis });
            writeln!(out, "{told}")?;
            Ok(())
        }
        Ok(what) => {
            let proof = match probe {
                Probe::Tools => {
                    format!(", and nobody was asked: `jackfield tools {name}` lists them, and calls one")
                }
                _ if proves_nothing(&known, probe) => {
                    ", which everybody may read: name a --model to try the key".to_owned()
                }
                _ => String::new(),
            };
            writeln!(out, "{GREEN}ok{GREEN:#}  {}  {}{proof} ({millis} ms)", plain(name), plain(&what))?;
            Ok(())
        }
        Err(error) => {
            drop(out);
            let (trouble, words) = explain(&provider, &known, probe, &error).await;
            if arguments.json {
                let told = json!({
                    "provider": name, "ok": false, "model": probe.model(), "trouble": trouble, "words": words,
                    "message": error.to_string(), "status": error.to_record().status,
                });
                writeln!(anstream::stdout(), "{told}")?;
            }
            Err(error).context(words)
        }
    }
}

/// A call of the model that the user names.
fn named(
    provider: &Provider,
    preset: Option<&Preset>,
    model: String,
    kind: Option<ModelKind>,
) -> anyhow::Result<Probe> {
    let known = preset.and_then(|preset| preset.model(&model)).map(|model| model.kind);
    let likely = || {
        let kinds = [ModelKind::Llm, ModelKind::Embedding, ModelKind::Rerank];
        kinds
            .into_iter()
            .find(|kind| probe::interface(*kind).is_some_and(|interface| provider.has(interface)))
    };
    let kind = kind.or(known).or_else(likely);
    let Some((kind, interface)) = kind.and_then(|kind| Some((kind, probe::interface(kind)?))) else {
        return Err(usage(format!(
            "{model} can't be asked here: models for chat, embeddings and reranking can"
        )));
    };
    if !provider.has(interface) {
        let plugin = provider.plugin();
        return Err(usage(format!(
            "the plugin {} has no interface {interface}: name another --kind",
            plugin.name()
        )));
    }
    Ok(Probe::Model(kind, model))
}

/// The first call that is answered, or refused for a reason that counts; else the
/// last one. Nothing where there is none to make.
async fn first_answer<'p>(
    provider: &Provider,
    probes: &'p [Probe],
) -> Option<(&'p Probe, Result<String, CallError>)> {
    let mut last = None;
    for probe in probes {
        let outcome = probe::make(provider, probe).await;
        let go_on = *probe == Probe::Models && outcome.as_ref().is_err_and(probe::has_no_list);
        last = Some((probe, outcome));
        if !go_on {
            break;
        }
    }
    last
}

/// Whether the call works without a key.
fn proves_nothing(known: &Known<'_>, probe: &Probe) -> bool {
    let public = |preset: &Preset| preset.model_list == jackfield::runtime::catalog::ModelList::Public;
    *probe == Probe::Models && !known.secrets.is_empty() && known.preset.is_some_and(public)
}

async fn explain(
    provider: &Provider,
    known: &Known<'_>,
    probe: &Probe,
    error: &CallError,
) -> (Trouble, String) {
    let record = error.to_record();
    if *probe == Probe::Tools {
        return (Trouble::Other, format!("{} can't describe its tools", known.provider));
    }
    let base_url = known.settings.as_ref().and_then(|settings| {
        match settings.config.iter().find(|(name, _)| name.as_str() == "base-url")?.1 {
            ConfigValue::Text(url) => Url::parse(url).ok(),
            _ => None,
        }
    });
    let mut facts = Facts {
        provider: &known.provider,
        model: probe.model(),
        keys: known.secrets.iter().filter(|secret| secret.found).map(|secret| secret.place()).collect(),
        base_url: base_url.as_ref(),
        start: known.preset.and_then(|preset| preset.start.as_deref()),
        documentation: known.documentation,
        near: Vec::new(),
    };
    let trouble = Trouble::of(&record, &facts);
    if let (Trouble::NoSuchModel, Some(model)) = (trouble, probe.model()) {
        facts.near = near(provider, known, model).await;
    }
    (trouble, trouble.words(&record, &facts))
}

/// Models whose names are near this one: the slip first, then those that begin
/// as it does.
async fn near(provider: &Provider, known: &Known<'_>, model: &str) -> Vec<String> {
    let mut names: Vec<String> = known.models.iter().map(|id| (*id).to_owned()).collect();
    if provider.has(Interface::Models)
        && let Ok(models) = provider.list_models(&CallContext::default()).await
    {
        names = models.into_iter().map(|model| model.id).collect();
    }
    let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
    let stem = model.split(['-', ':', '.', '@']).next().filter(|stem| stem.len() > 1);
    let alike = borrowed.iter().copied().filter(|name| stem.is_some_and(|stem| name.starts_with(stem)));
    let mut found: Vec<&str> = nearest(model, &borrowed).into_iter().collect();
    for name in alike {
        if found.len() < MOST_NEAR && !found.contains(&name) {
            found.push(name);
        }
    }
    found.into_iter().map(str::to_owned).collect()
}
