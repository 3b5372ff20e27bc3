//! `jackfield plugin build`: compiles a crate to a component and packs it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use clap::ValueHint;
use serde::Deserialize;
use tokio::process::Command;

use super::pack::Packed;
use crate::exit::{Usage, usage};
use crate::session::Session;

const TARGET: &str = "wasm32-wasip2";

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It needs Rust with Cargo. For a component made in another language use `jackfield plugin pack`.

Examples:
  jackfield plugin build my-llm
  jackfield plugin build my-llm --out plugins/my-llm.wasm")]
pub(crate) struct Arguments {
    /// The folder with Cargo.toml and plugin.toml
    #[arg(default_value = ".", value_name = "DIR", value_hint = ValueHint::DirPath)]
    dir: PathBuf,
    /// The file to write [default: DIR/NAME.wasm]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// The Cargo profile
    #[arg(long, default_value = "release", value_name = "NAME")]
    profile: String,
}

pub(crate) async fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    let crate_file = arguments.dir.join("Cargo.toml");
    let manifest = arguments.dir.join("plugin.toml");
    for (file, advice) in [
        (
            &crate_file,
            "start one with `jackfield plugin new`, or pack a component of another tool with `jackfield plugin pack`",
        ),
        (&manifest, "write what the plugin is and asks for, as `jackfield plugin new` does"),
    ] {
        if !file.is_file() {
            return Err(usage(format!("there is no {}: {advice}", file.display())));
        }
    }
    ensure_target(session.global.quiet).await?;
    let component = compile(&crate_file, &arguments.profile, session.global.quiet).await?;
    let packed = Packed::read(&component, &manifest)?;
    let out = arguments.out.unwrap_or_else(|| arguments.dir.join(packed.file_name()));
    packed.write(&out)
}

/// Adds the target to the toolchain unless it is there. Without rustup the
/// compiler itself will say what it lacks.
async fn ensure_target(quiet: bool) -> anyhow::Result<()> {
    let installed =
        Command::new("rustup").args(["target", "list", "--installed"]).stdin(Stdio::null()).output().await;
    let Ok(installed) = installed else { return Ok(()) };
    let listed = String::from_utf8_lossy(&installed.stdout).lines().any(|line| line.trim() == TARGET);
    if listed || !installed.status.success() {
        return Ok(());
    }
    if !quiet {
        anstream::eprintln!("the Rust target {TARGET} is missing; running: rustup target add {TARGET}");
    }
    let added = Command::new("rustup").args(["target", "add", TARGET]).status().await?;
    if added.success() {
        return Ok(());
    }
    Err(usage(format!(
        "the Rust target {TARGET} could not be added: run `rustup target add {TARGET}` where there is a network"
    )))
}

/// A line of Cargo's messages, as far as it tells what was built.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Compiles a crate and tells where its component is.
async fn compile(crate_file: &Path, profile: &str, quiet: bool) -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--lib", "--target", TARGET, "--profile", profile]);
    cargo.args(["--message-format", "json-render-diagnostics", "--manifest-path"]).arg(crate_file);
    if quiet {
        cargo.arg("--quiet");
    }
    let built = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .context(Usage("cargo can't be started: install Rust from https://rustup.rs".to_owned()))?
        .wait_with_output()
        .await?;
    if !built.status.success() {
        return Err(usage(format!("{} doesn't compile", crate_file.display())));
    }
    let crate_file = std::fs::canonicalize(crate_file)?;
    component_of(&String::from_utf8_lossy(&built.stdout), &crate_file).with_context(|| {
        Usage(format!(
            "{} makes no component: its [lib] needs crate-type = [\"cdylib\", \"rlib\"]",
            crate_file.display()
        ))
    })
}

/// The component among Cargo's messages. Dependencies may be components too.
fn component_of(messages: &str, crate_file: &Path) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let mut own = messages.filter(|message| {
        message.reason == "compiler-artifact"
            && std::fs::canonicalize(&message.manifest_path).is_ok_and(|path| path == crate_file)
    });
    own.find_map(|message| {
        message.filenames.into_iter().find(|file| file.extension().is_some_and(|it| it == "wasm"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crates_own_component_is_found_among_cargos_messages() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("Cargo.toml");
        std::fs::write(&own, "").unwrap();
        let own = std::fs::canonicalize(own).unwrap();
        let line = |manifest: &Path, file: &str| {
            serde_json::json!({
                "reason": "compiler-artifact", "manifest_path": manifest, "filenames": ["x.rlib", file],
            })
            .to_string()
        };
        let messages = format!(
            "{}\nnot json\n{}\n{{\"reason\":\"build-finished\",\"success\":true}}\n",
            line(Path::new("/elsewhere/Cargo.toml"), "other.wasm"),
            line(&own, "mine.wasm"),
        );
        assert_eq!(component_of(&messages, &own), Some(PathBuf::from("mine.wasm")));
        assert_eq!(component_of("", &own), None);
    }
}
