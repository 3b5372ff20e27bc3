//! `jackfield plugin add`: shows what a plugin asks for, asks back, copies the
//! file, and writes the lines that grant it.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::ValueHint;
use jackfield::runtime::manifest::Manifest;
use jackfield::runtime::manifest::field::Presence;
use jackfield::runtime::manifest::name::{Name, ProviderName};
use jackfield::runtime::manifest::value::{ConfigType, ConfigValue};
use jackfield::runtime::settings::{ProviderSettings, Settings};
use jackfield::{Config, PluginFile, Shelf};

use super::inspect::{Inspection, bind};
use super::lines;
use crate::exit::usage;
use crate::files;
use crate::render::{BOLD, DIM, ask};
use crate::session::Session;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It copies the file into the plugin folder and adds [providers.NAME] to the configuration, comments kept.

Examples:
  jackfield plugin add my-llm.wasm
  jackfield plugin add my-llm.wasm --as laptop --set base-url=http://127.0.0.1:8080/v1 --yes")]
pub(crate) struct Arguments {
    /// The plugin file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The provider's name [default: the plugin's]
    #[arg(long = "as", value_name = "PROVIDER")]
    provider: Option<ProviderName>,
    /// A value for the plugin's configuration; can be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    set: Vec<(Name, String)>,
    /// Grant what it asks for without asking back
    #[arg(short, long)]
    yes: bool,
}

fn assignment(text: &str) -> Result<(Name, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.parse().map_err(|error| format!("{error}"))?, value.to_owned()))
}

pub(crate) fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    let config = session.config()?;
    let mut inspection = Inspection::of_file(&arguments.file)?;
    let file = PluginFile::read(&arguments.file)?;
    let provider = match arguments.provider {
        Some(name) => name,
        None => file.manifest.name.as_str().parse().map_err(jackfield::ConfigError::Name)?,
    };
    if config.settings.providers.contains_key(&provider) {
        return Err(usage(taken(&config, &provider, &file)));
    }
    let mut settings = ProviderSettings::new(lines::reference(&file));
    settings.config = values(&file.manifest, arguments.set)?;
    let bound = file.manifest.bind(&provider, &settings.config).map_err(|error| usage(error.to_string()))?;
    lines::grant(&mut settings, &file.manifest, &bound);
    bind(&mut inspection.asks, &file.manifest, &provider, &settings)?;
    // Nothing is granted before the answer.
    inspection.asks.egress.iter_mut().for_each(|reach| reach.granted = None);

    let target = config_file(&config);
    let text = match std::fs::read_to_string(&target) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(usage(format!("{} can't be read: {error}", target.display()))),
    };
    let (text, added) = lines::add(&text, &provider, &settings)?;
    Settings::parse(&text, &target.display().to_string(), &[])
        .map_err(|problems| usage(problems.to_string()))?;

    let mut stderr = anstream::stderr();
    inspection.print(&mut stderr)?;
    writeln!(stderr, "{BOLD}To be added to {}{BOLD:#}\n{DIM}{added}{DIM:#}", target.display())?;
    for name in file.manifest.directories.keys() {
        writeln!(
            stderr,
            "The folder {name} isn't granted; add grant.directories.{name} = {{ path = \"...\" }} to give it one."
        )?;
    }
    if !arguments.yes {
        if !ask::can_ask() {
            return Err(usage("nobody is here to be asked: say --yes to grant what it asks for"));
        }
        if !ask::confirm("Grant this, and install the plugin?")? {
            return Err(usage("nothing was installed"));
        }
    }
    let installed = install(&config, &file)?;
    files::write(&target, text.as_bytes())?;
    let lacking = lines::unset(&settings);
    let state = if lacking.is_empty() { "ready" } else { "installed" };
    let (label, installed) = (file.label(), installed.display());
    writeln!(anstream::stdout(), "{BOLD}{provider}{BOLD:#} is {state}: {label} in {installed}")?;
    for (name, variable) in lacking {
        let optional = file.manifest.secrets.get(name).is_some_and(|secret| secret.optional);
        let or = if optional { ", or take the line out where none is needed" } else { "" };
        writeln!(stderr, "Its secret {name} isn't there yet: set {variable}{or}.")?;
    }
    Ok(())
}

/// What to do where the configuration has a provider of this name. Of a plugin
/// that was built anew its file is to be put in the old one's place.
fn taken(config: &Config, provider: &ProviderName, file: &PluginFile) -> String {
    let another = format!("there is a provider {provider} already: choose another name with --as");
    let shelf = config.plugin_folder().ok().and_then(|folder| Shelf::scan(&folder).ok());
    let settings = config.provider(provider.as_str()).ok();
    let old = settings.zip(shelf.as_ref()).and_then(|(settings, shelf)| shelf.find(&settings.plugin).ok());
    match old {
        Some(old) if old.manifest.name == file.manifest.name && old.digest != file.digest => format!(
            "{another}; or, for it to have this file, copy it to {}, in place of what is there",
            old.path.display()
        ),
        _ => another,
    }
}

/// The values that were given, as their types want them. Those that are missing
/// are asked for where somebody can be asked.
fn values(
    manifest: &Manifest,
    set: Vec<(Name, String)>,
) -> anyhow::Result<std::collections::BTreeMap<Name, ConfigValue>> {
    let mut values = std::collections::BTreeMap::new();
    for (name, text) in set {
        let kind = manifest.config.get(&name).map(|field| &field.kind);
        values.insert(
            name.clone(),
            value(kind, &text).map_err(|error| usage(format!("--set {name}: {error}")))?,
        );
    }
    for (name, field) in &manifest.config {
        if field.presence != Presence::Required || values.contains_key(name) {
            continue;
        }
        if !ask::can_ask() {
            return Err(usage(format!(
                "config.{name} is missing: say --set {name}={}",
                field.kind.example()
            )));
        }
        let purpose = field.description.as_deref().unwrap_or("no description");
        let text = ask::line(&format!("{name} ({purpose}): "))?;
        values.insert(name.clone(), value(Some(&field.kind), &text).map_err(usage)?);
    }
    Ok(values)
}

fn value(kind: Option<&ConfigType>, text: &str) -> Result<ConfigValue, String> {
    Ok(match kind {
        Some(ConfigType::Integer) => {
            ConfigValue::Integer(text.parse().map_err(|_| format!("{text:?} isn't a whole number"))?)
        }
        Some(ConfigType::Number) => {
            ConfigValue::Number(text.parse().map_err(|_| format!("{text:?} isn't a number"))?)
        }
        Some(ConfigType::Boolean) => {
            ConfigValue::Boolean(text.parse().map_err(|_| format!("{text:?} is neither true nor false"))?)
        }
        Some(ConfigType::List) => {
            ConfigValue::List(text.split(',').map(|word| word.trim().to_owned()).collect())
        }
        _ => ConfigValue::from(text),
    })
}

/// The configuration to write to.
fn config_file(config: &Config) -> PathBuf {
    config.file.clone().unwrap_or_else(|| config.places.working.join("jackfield.toml"))
}

/// Copies the file into the plugin folder, under a name that leaves other
/// versions of the plugin where they are.
fn install(config: &Config, file: &PluginFile) -> anyhow::Result<PathBuf> {
    let folder = match config.plugin_folder() {
        Ok(folder) => folder,
        Err(_) => config_file(config).with_file_name("plugins"),
    };
    std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
    let shelf = Shelf::scan(&folder)?;
    let same = |other: &&PluginFile| {
        other.manifest.name == file.manifest.name && other.manifest.version == file.manifest.version
    };
    match shelf.files().iter().find(same) {
        Some(there) if there.digest == file.digest => return Ok(there.path.clone()),
        Some(there) => {
            return Err(usage(format!(
                "{} is another {}: give yours another version, or remove that file",
                there.path.display(),
                file.label()
            )));
        }
        None => {}
    }
    let to = folder.join(format!("{}-{}.wasm", file.manifest.name, file.manifest.version));
    let bytes =
        std::fs::read(&file.path).with_context(|| format!("{} can't be read", file.path.display()))?;
    files::write(&to, &bytes)?;
    Ok(to)
}
