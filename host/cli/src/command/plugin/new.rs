//! `jackfield plugin new`: a plugin that builds and runs, to be changed. The
//! templates are part of the program, so that nothing is fetched.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueHint;
use include_dir::{Dir, include_dir};
use jackfield::runtime::manifest::name::PluginName;

use crate::exit::usage;
use crate::render::BOLD;
use crate::session::Session;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/template");

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  jackfield plugin new my-llm
  jackfield plugin new my-search --interface tool --dir plugins/my-search")]
pub(crate) struct Arguments {
    /// The plugin's name: lower-case letters, digits and hyphens
    name: PluginName,
    /// What it does
    #[arg(short, long, value_enum, default_value_t = Interface::Llm)]
    interface: Interface,
    /// The folder to write [default: NAME]
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,
    /// The folder of the SDK [default: that of the source tree in which this program or the working
    /// directory lies, else the published crate]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    sdk: Option<PathBuf>,
}

/// The interfaces that there are templates for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Interface {
    Llm,
    Embedding,
    Rerank,
    Tool,
    VectorStore,
    Callback,
    Speech,
    Transcription,
}

impl Interface {
    /// Its name in the contract, and that of its folder of templates.
    fn name(self) -> &'static str {
        match self {
            Self::Llm => "llm",
            Self::Embedding => "embedding",
            Self::Rerank => "rerank",
            Self::Tool => "tool",
            Self::VectorStore => "vector-store",
            Self::Callback => "callback",
            Self::Speech => "speech",
            Self::Transcription => "transcription",
        }
    }
}

pub(crate) fn run(session: &Session, arguments: &Arguments) -> anyhow::Result<()> {
    let name = arguments.name.as_str();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(usage(format!("{name:?} can't be the name of a crate: begin with a letter")));
    }
    let folder = arguments.dir.clone().unwrap_or_else(|| PathBuf::from(name));
    if std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(usage(format!("{} isn't empty: choose another folder with --dir", folder.display())));
    }
    let sdk = match &arguments.sdk {
        Some(sdk) if is_sdk(sdk) => Some(std::path::absolute(sdk)?),
        Some(sdk) => return Err(usage(format!("{} isn't the SDK: it has no jackfield-sdk", sdk.display()))),
        None => {
            // The last is where this program was built, which a program installed from source still finds.
            let built = Path::new(env!("CARGO_MANIFEST_DIR"));
            let starts =
                [Some(session.places.working.as_path()), session.places.executable.as_deref(), Some(built)];
            starts
                .into_iter()
                .flatten()
                .flat_map(Path::ancestors)
                .map(|root| root.join("sdk/rust"))
                .find(|it| is_sdk(it))
        }
    };
    let interface = arguments.interface.name();
    let fill = Placeholders { name, interface, sdk: dependency(sdk.as_deref())? };
    for template in ["shared", interface] {
        let template = TEMPLATES
            .get_dir(template)
            .with_context(|| format!("this program lacks the template {template}"))?;
        write_files(template, template.path(), &folder, &fill)?;
    }
    let shown = folder.display();
    let mut out = anstream::stdout().lock();
    writeln!(out, "{BOLD}{shown}{BOLD:#} is a plugin with the interface {interface}. Next:")?;
    writeln!(out, "  jackfield plugin build {shown}")?;
    writeln!(out, "  jackfield plugin add {shown}/{name}.wasm")?;
    Ok(())
}

fn is_sdk(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("Cargo.toml"))
        .is_ok_and(|text| text.contains("name = \"jackfield-sdk\""))
}

/// The SDK as a dependency, in TOML.
fn dependency(sdk: Option<&Path>) -> anyhow::Result<String> {
    let Some(sdk) = sdk else {
        let version = env!("CARGO_PKG_VERSION");
        let minor = version.rsplit_once('.').map_or(version, |(minor, _)| minor);
        return Ok(format!("\"{minor}\""));
    };
    let path =
        sdk.to_str().with_context(|| format!("the path {} isn't UTF-8, which Cargo wants", sdk.display()))?;
    Ok(format!("{{ path = {} }}", toml_edit::Value::from(path)))
}

/// What stands for what in a template.
struct Placeholders<'a> {
    name: &'a str,
    interface: &'a str,
    sdk: String,
}

impl Placeholders<'_> {
    fn fill(&self, text: &str) -> String {
        text.replace("{{name}}", self.name)
            .replace("{{artifact}}", &self.name.replace('-', "_"))
            .replace("{{interface}}", self.interface)
            .replace("{{sdk}}", &self.sdk)
    }
}

fn write_files(
    template: &Dir<'_>,
    root: &Path,
    folder: &Path,
    fill: &Placeholders<'_>,
) -> anyhow::Result<()> {
    for inner in template.dirs() {
        write_files(inner, root, folder, fill)?;
    }
    for file in template.files() {
        let path = file.path().strip_prefix(root)?.with_extension("");
        let path = if path == Path::new("gitignore") { PathBuf::from(".gitignore") } else { path };
        let text = file
            .contents_utf8()
            .with_context(|| format!("the template {} isn't UTF-8", file.path().display()))?;
        let to = folder.join(path);
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("{} can't be made", parent.display()))?;
        }
        std::fs::write(&to, fill.fill(text)).with_context(|| format!("{} can't be written", to.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;
    use jackfield::runtime::manifest::Manifest;

    #[test]
    fn every_template_is_complete_and_leaves_no_placeholder() {
        for interface in Interface::value_variants() {
            let folder = tempfile::tempdir().unwrap();
            let fill =
                Placeholders { name: "my-plugin", interface: interface.name(), sdk: "\"0.1\"".to_owned() };
            for template in ["shared", interface.name()] {
                let template = TEMPLATES.get_dir(template).unwrap();
                write_files(template, template.path(), folder.path(), &fill).unwrap();
            }
            for file in ["Cargo.toml", "plugin.toml", "src/lib.rs", "README.md", ".gitignore"] {
                let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
                assert!(!text.contains("{{"), "{interface:?} {file}:\n{text}");
            }
            let manifest = std::fs::read_to_string(folder.path().join("plugin.toml")).unwrap();
            let manifest = Manifest::parse(&manifest, "plugin.toml").unwrap();
            assert_eq!(manifest.name.as_str(), "my-plugin");
        }
    }

    #[test]
    fn the_sdk_is_a_path_or_a_version() {
        assert_eq!(dependency(None).unwrap(), "\"0.1\"");
        assert_eq!(dependency(Some(Path::new("/a b/sdk"))).unwrap(), "{ path = \"/a b/sdk\" }");
    }
}
