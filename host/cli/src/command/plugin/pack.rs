//! `jackfield plugin pack`: makes one file of a component and its manifest.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueHint;
use jackfield::PluginFile;
use jackfield::runtime::component_section;
use jackfield::runtime::manifest::Manifest;

use crate::component::Outline;
use crate::exit::{Usage, usage};
use crate::files;
use crate::render::BOLD;
use crate::render::text::{list, size};

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  jackfield plugin pack component.wasm --manifest plugin.toml
  jackfield plugin pack target/wasm32-wasip2/release/mine.wasm -m plugin.toml -o mine.wasm")]
pub(crate) struct Arguments {
    /// The component
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    component: PathBuf,
    /// What the plugin is and asks for
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    manifest: PathBuf,
    /// The file to write [default: NAME.wasm, after the manifest, in the working directory]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let packed = Packed::read(&arguments.component, &arguments.manifest)?;
    packed.write(arguments.out.as_deref().unwrap_or(Path::new(&packed.file_name())))
}

/// A component with its manifest in it.
pub(crate) struct Packed {
    manifest: Manifest,
    outline: Outline,
    bytes: Vec<u8>,
}

impl Packed {
    /// Puts a component and a manifest together, and checks both.
    pub(crate) fn read(component: &Path, manifest: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(manifest)
            .map_err(|error| usage(format!("the manifest {} can't be read: {error}", manifest.display())))?;
        let bytes = std::fs::read(component).map_err(|error| {
            usage(format!("the component {} can't be read: {error}", component.display()))
        })?;
        let manifest = Manifest::parse(&text, &manifest.display().to_string())
            .map_err(|problems| usage(format!("the manifest is wrong:\n{problems}")))?;
        let wrong = |error| usage(format!("{}: {error}", component.display()));
        let bytes = component_section::write(&bytes, &text).map_err(wrong)?;
        let outline =
            Outline::read(&bytes).context(Usage(format!("{} can't be packed", component.display())))?;
        if outline.interfaces().is_empty() {
            return Err(usage(format!(
                "{} exports none of the plugin interfaces, only {}: implement one of the contract in wit/",
                component.display(),
                list(&outline.exports)
            )));
        }
        Ok(Self { manifest, outline, bytes })
    }

    /// The name that the file gets unless it is given another.
    pub(crate) fn file_name(&self) -> String {
        format!("{}.wasm", self.manifest.name)
    }

    /// Writes the file and says so.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        files::write(path, &self.bytes)?;
        let file = PluginFile::of_bytes(path, &self.bytes)?;
        writeln!(
            anstream::stdout(),
            "{BOLD}{}{BOLD:#}: {} ({}), {}, {}",
            path.display(),
            file.label(),
            list(self.outline.interfaces()),
            size(file.size),
            file.digest
        )?;
        Ok(())
    }
}
