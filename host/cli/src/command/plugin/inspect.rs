//! `jackfield plugin inspect`: what a plugin is, what it asks for, and, for a
//! provider, what it gets.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use jackfield::runtime::API_VERSION;
use jackfield::runtime::manifest::Manifest;
use jackfield::runtime::manifest::name::ProviderName;
use jackfield::runtime::secret::SecretReader;
use jackfield::runtime::settings::ProviderSettings;
use jackfield::{PluginFile, Shelf};
use serde::Serialize;

use crate::component::Outline;
use crate::exit::{Usage, usage};
use crate::render::asks::{self, Asks, Reach};
use crate::render::text::{list, plain, size};
use crate::render::{BOLD, DIM, RED, YELLOW};
use crate::session::Session;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nothing is compiled or run: all of it is read from the file.

Examples:
  jackfield plugin inspect plugins/openai.wasm
  jackfield plugin inspect groq           what the plugin of this provider asks for and is granted
  jackfield plugin inspect groq --json")]
pub(crate) struct Arguments {
    /// A plugin file, or a provider of the configuration or the catalog
    #[arg(value_name = "FILE|PROVIDER")]
    what: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// All that is known of a plugin without running it.
#[derive(Debug, Serialize)]
pub(crate) struct Inspection {
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    name: String,
    version: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<String>,
    file: PathBuf,
    size: u64,
    digest: String,
    has_manifest: bool,
    interfaces: Vec<String>,
    api_version: Option<String>,
    pub(crate) asks: Asks,
    imports: Vec<String>,
    /// Imports that no plugin gets, so that it won't load.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused_imports: Vec<String>,
    #[serde(skip)]
    packages: Vec<String>,
    /// Whether it is for a version of the contract that this host doesn't have.
    #[serde(skip)]
    other_contract: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> anyhow::Result<()> {
    let path = Path::new(&arguments.what);
    let is_file = path.is_file() || path.components().count() > 1 || path.extension().is_some();
    let inspection =
        if is_file { Inspection::of_file(path)? } else { of_provider(session, &arguments.what).await? };
    let mut out = anstream::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &inspection)?;
        writeln!(out)?;
        return Ok(());
    }
    inspection.print(&mut out)
}

impl Inspection {
    /// Reads a plugin file.
    pub(crate) fn of_file(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path)
            .map_err(|error| usage(format!("{} can't be read: {error}", path.display())))?;
        let file =
            PluginFile::of_bytes(path, &bytes).context(Usage(format!("{} is no plugin", path.display())))?;
        let outline = Outline::read(&bytes).context(Usage(format!("{} is no plugin", path.display())))?;
        let asks = Asks::of(&file.manifest);
        let manifest = file.manifest;
        Ok(Self {
            provider: None,
            name: manifest.name.to_string(),
            version: manifest.version.to_string(),
            description: manifest.description,
            license: manifest.license,
            file: file.path,
            size: file.size,
            digest: file.digest.to_string(),
            has_manifest: file.has_manifest,
            interfaces: outline.interfaces().iter().map(ToString::to_string).collect(),
            api_version: outline.api_version().map(str::to_owned),
            other_contract: outline.other_contract().is_some(),
            asks,
            refused_imports: outline.refused().into_iter().map(str::to_owned).collect(),
            packages: outline.packages(),
            imports: outline.imports,
        })
    }

    /// Prints it for people.
    pub(crate) fn print(&self, out: &mut impl Write) -> anyhow::Result<()> {
        write!(out, "{BOLD}{} {}{BOLD:#}", self.name, self.version)?;
        if !self.description.is_empty() {
            write!(out, "  {}", plain(&self.description))?;
        }
        writeln!(out)?;
        if let Some(provider) = &self.provider {
            writeln!(out, "  {DIM}provider  {DIM:#} {provider}")?;
        }
        writeln!(out, "  {DIM}interfaces{DIM:#} {}", list(&self.interfaces))?;
        let api = self.api_version.as_deref().unwrap_or("none");
        writeln!(out, "  {DIM}contract  {DIM:#} {api} (this host has {API_VERSION})")?;
        writeln!(out, "  {DIM}file      {DIM:#} {}, {}", self.file.display(), size(self.size))?;
        writeln!(out, "  {DIM}digest    {DIM:#} {}", self.digest)?;
        if let Some(license) = &self.license {
            writeln!(out, "  {DIM}license   {DIM:#} {}", plain(license))?;
        }
        writeln!(out, "  {DIM}imports   {DIM:#} {}", list(&self.packages))?;
        if !self.has_manifest {
            writeln!(out, "{YELLOW}It carries no manifest, so it can be granted nothing.{YELLOW:#}")?;
        }
        asks::print(&self.asks, out)?;
        if self.other_contract {
            writeln!(
                out,
                "{RED}It won't load:{RED:#} build it with an SDK of version {API_VERSION}, or use a host that has {api}."
            )?;
        }
        if !self.refused_imports.is_empty() {
            writeln!(out, "{RED}It won't load:{RED:#} no plugin gets {}.", list(&self.refused_imports))?;
        }
        Ok(())
    }
}

/// A provider's plugin, with what is granted of what it asks for.
async fn of_provider(session: &Session, name: &str) -> anyhow::Result<Inspection> {
    let config = session.config()?;
    let settings = config.provider(name)?;
    let shelf = Shelf::scan(&config.plugin_folder()?)?;
    let file = shelf.find(&settings.plugin)?;
    let mut inspection = Inspection::of_file(&file.path)?;
    let name: ProviderName = name.parse().map_err(jackfield::ConfigError::Name)?;
    bind(&mut inspection.asks, &file.manifest, &name, &settings)?;
    add_secrets(&mut inspection.asks, &file.manifest, &settings).await;
    inspection.provider = Some(name.to_string());
    Ok(inspection)
}

/// Puts what the operator grants beside what the manifest asks for.
pub(crate) fn bind(
    asks: &mut Asks,
    manifest: &Manifest,
    provider: &ProviderName,
    settings: &ProviderSettings,
) -> anyhow::Result<()> {
    let bound = manifest.bind_settings(provider, settings).map_err(|error| usage(error.to_string()))?;
    let reach = |asked| Reach::bound(manifest, asked, &settings.grant.origins);
    asks.bound = true;
    asks.egress = bound.asked().iter().map(reach).collect();
    for value in &mut asks.config {
        value.value = settings.config.get(value.name.as_str()).cloned();
    }
    for folder in &mut asks.directories {
        let granted = settings.grant.directories.get(folder.name.as_str());
        folder.granted = granted.map(|granted| granted.path.display().to_string());
    }
    Ok(())
}

/// Says where each secret comes from, and whether it is there.
async fn add_secrets(asks: &mut Asks, manifest: &Manifest, settings: &ProviderSettings) {
    let reader = SecretReader::of_process();
    for secret in &mut asks.secrets {
        let Some(source) = settings.secrets.get(secret.name.as_str()) else { continue };
        let form = secret.name.parse().map(|name| manifest.secret_form(&name)).unwrap_or_default();
        let there = if reader.read_as(source, form).await.is_ok() { "there" } else { "not there" };
        secret.source = Some(format!("{source} ({there})"));
    }
}
