//! Where a command runs, and what came of it.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use jackfield::upstream::{UpstreamOptions, serve};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

/// The API key that the upstream wants.
pub(crate) const KEY: &str = "sk-test-8d1f0c3b5a7e9246";

/// A folder of its own for one test. Commands run in it, with nothing of the
/// tester's environment but what Cargo needs.
pub(crate) struct Scene {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), variables: Vec::new() }
    }

    /// The same with a configuration.
    pub(crate) fn with_config(self, text: &str) -> Self {
        self.with_file("jackfield.toml", text)
    }

    pub(crate) fn with_file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
        self
    }

    pub(crate) fn with_variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// The same with the plugins of this repository.
    pub(crate) fn with_plugins(self) -> Self {
        let folder = plugins();
        self.with_variable("JACKFIELD_PLUGINS", folder.to_str().unwrap())
    }

    /// The same with a provider `local`, whose upstream is at this address, and
    /// its key.
    pub(crate) fn with_upstream(self, address: SocketAddr) -> Self {
        let config = format!(
            "[providers.local]\nplugin = \"openai\"\nconfig.base-url = \"http://{address}/v1\"\n\
             secrets.api-key = {{ env = \"LOCAL_KEY\" }}\ngrant.origins = [\"http://{address}\"]\n"
        );
        self.with_plugins().with_config(&config).with_variable("LOCAL_KEY", KEY)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A command that is ready to run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_jackfield"));
        command.args(arguments);
        command
    }

    fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env_clear();
        for name in ["PATH", "CARGO_HOME", "RUSTUP_HOME", "CARGO_TARGET_DIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", self.folder.path()).env("XDG_CACHE_HOME", cache());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(self.command(arguments).spawn().unwrap()).await
    }

    /// Runs lines of shell commands, to the first that fails.
    pub(crate) async fn run_shell(&self, lines: &str) -> Outcome {
        Outcome::of(self.program("sh").args(["-ec", lines]).spawn().unwrap()).await
    }

    /// Runs a command that reads this text.
    pub(crate) async fn run_with_stdin(&self, arguments: &[&str], text: &str) -> Outcome {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).await.unwrap();
        Outcome::of(child).await
    }
}

/// What a command left.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    pub(crate) async fn of(child: Child) -> Self {
        let output = child.wait_with_output().await.unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Fails unless the command ended with this code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Fails unless stdout has all of these.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stdout.contains(part), "stdout lacks {part:?}\n{self}");
        }
        self
    }

    /// Fails unless stderr has all of these.
    #[track_caller]
    pub(crate) fn complains(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "stderr lacks {part:?}\n{self}");
        }
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code {:?}\n--- stdout\n{}\n--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// An upstream that wants [`KEY`]; it ends with the test.
pub(crate) async fn upstream() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = UpstreamOptions { required_key: Some(KEY.to_owned()), ..UpstreamOptions::default() };
    tokio::spawn(serve(listener, options, std::future::pending()));
    address
}

/// The folder of this repository's plugins.
pub(crate) fn plugins() -> PathBuf {
    built("target/plugins", "openai.wasm")
}

/// The folder of its hostile guests.
pub(crate) fn guests() -> PathBuf {
    built("target/guests", "hostile.wasm")
}

fn built(folder: &str, file: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    assert!(
        folder.join(file).is_file(),
        "{} is missing: run `make guests` first",
        folder.join(file).display()
    );
    std::fs::canonicalize(folder).unwrap()
}

/// Compiled code is kept from test to test.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}
