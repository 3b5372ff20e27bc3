//! `jackfield models`: what there is to talk to.

use std::io::Write;

use jackfield::runtime::CallContext;
use jackfield::runtime::secret::SecretSource;
use jackfield::{Config, OpenError};
use serde_json::json;

use crate::render::table::Table;
use crate::render::text::{list, plain};
use crate::session::Session;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  jackfield models              providers that are configured or in the catalog
  jackfield models groq         models, asked of the provider itself
  jackfield models groq --json  the same, one JSON object per line")]
pub(crate) struct Arguments {
    /// The provider to ask; without it, the providers are listed
    provider: Option<String>,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    match &arguments.provider {
        Some(provider) => models(session, provider, arguments.json).await,
        None => providers(&session.config()?, arguments.json),
    }
}

async fn models(session: &Session, provider: &str, as_json: bool) -> anyhow::Result<()> {
    let provider = session.open()?.provider(provider).await?;
    let models = provider.list_models(&CallContext::default()).await?;
    let mut out = anstream::stdout().lock();
    if as_json {
        for model in models {
            let line = json!({
                "id": model.id,
                "name": model.name,
                "owner": model.owner,
                "created": model.created,
                "interfaces": model.interfaces,
                "context_tokens": model.context_tokens,
                "max_output_tokens": model.max_output_tokens,
            });
            writeln!(out, "{line}")?;
        }
        return Ok(());
    }
    let mut table = Table::new(["model", "context", "interfaces", "owner"]);
    for model in models {
        table.row([
            plain(&format!("{}/{}", provider.name(), model.id)).into_owned(),
            model.context_tokens.map_or_else(|| "-".to_owned(), |tokens| tokens.to_string()),
            plain(&list(&model.interfaces)).into_owned(),
            plain(model.owner.as_deref().unwrap_or("-")).into_owned(),
        ]);
    }
    table.print(&mut out)?;
    Ok(())
}

/// A provider that could be named.
struct Known {
    name: String,
    plugin: String,
    from: &'static str,
    secrets: Vec<String>,
    models: Vec<String>,
    problem: Option<String>,
}

fn providers(config: &Config, as_json: bool) -> anyhow::Result<()> {
    let mut names: Vec<String> = config.settings.providers.keys().map(ToString::to_string).collect();
    names.extend(config.catalog.iter().map(|(name, _)| name.to_string()));
    names.sort();
    names.dedup();
    let known: Vec<Known> = names.into_iter().map(|name| known(config, name)).collect();
    let mut out = anstream::stdout().lock();
    if as_json {
        for it in known {
            let line = json!({
                "provider": it.name,
                "plugin": it.plugin,
                "from": it.from,
                "secrets": it.secrets,
                "models": it.models,
                "problem": it.problem,
            });
            writeln!(out, "{line}")?;
        }
        return Ok(());
    }
    let mut table = Table::new(["provider", "plugin", "from", "secrets", "known models"]);
    for it in known {
        let models = it.problem.unwrap_or_else(|| list(&it.models));
        table.row([it.name, it.plugin, it.from.to_owned(), list(&it.secrets), models]);
    }
    table.print(&mut out)?;
    Ok(())
}

fn known(config: &Config, name: String) -> Known {
    let configured = config.settings.providers.keys().any(|known| known.as_str() == name);
    let from = if configured { "configuration" } else { "catalog" };
    let preset = config.catalog.get(&name);
    let models = preset.map(|preset| preset.models.iter().map(|model| model.id.clone()).collect());
    let models = models.unwrap_or_default();
    match config.provider(&name).map_err(OpenError::from) {
        Ok(settings) => Known {
            plugin: settings.plugin.to_string(),
            secrets: settings.secrets.values().map(secret).collect(),
            problem: None,
            name,
            from,
            models,
        },
        Err(error) => Known {
            plugin: preset.map_or_else(|| "-".to_owned(), |preset| preset.plugin.to_string()),
            secrets: preset.into_iter().flat_map(|preset| preset.secrets.values()).map(list).collect(),
            problem: Some(match preset.filter(|preset| !configured && !preset.needs.is_empty()) {
                Some(preset) => format!("needs config.{}", list(preset.needs.keys())),
                None => error.to_string(),
            }),
            name,
            from,
            models,
        },
    }
}

/// Where a secret comes from, in short.
fn secret(source: &SecretSource) -> String {
    match source {
        SecretSource::Env(names) => list(names),
        other => other.to_string(),
    }
}
