//! The upstream in its own process, and hosts with the real plugin.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use jackfield::upstream::{UpstreamOptions, serve as serve_upstream};
use jackfield_runtime::catalog::Catalog;
use jackfield_runtime::settings::Settings;
use jackfield_runtime::{Host, Provider};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Serves on a free loopback port until its standard input closes.
pub async fn serve() -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let stop = async {
        let mut line = String::new();
        let _ = BufReader::new(tokio::io::stdin()).read_line(&mut line).await;
    };
    serve_upstream(listener, UpstreamOptions::default(), stop).await?;
    Ok(())
}

/// The upstream's process; it ends with this value.
pub struct Upstream {
    _child: Child,
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
}

impl Upstream {
    /// Starts this program again as the upstream.
    pub async fn start() -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("upstream")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().context("no output of the upstream")?;
        let address =
            BufReader::new(output).lines().next_line().await?.context("the upstream said nothing")?;
        Ok(Self { _child: child, origin: format!("http://{address}") })
    }
}

/// The packed plugin.
pub fn plugin() -> Result<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/plugins/openai.wasm");
    anyhow::ensure!(path.exists(), "{} is missing; run `make guests` first", path.display());
    Ok(path)
}

/// A host with the plugin bound to the upstream under some isolation.
pub async fn provider(upstream: &Upstream, isolation: &str) -> Result<(Host, Provider)> {
    let code = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/bench-code");
    let host = Host::builder().code_cache(code).build()?;
    host.load_file(plugin()?)?;
    let origin = &upstream.origin;
    let text = format!(
        "[providers.p]\nplugin = \"openai\"\nconfig.base-url = \"{origin}/v1\"\nconfig.stream-usage = false\n\
         grant.origins = [\"{origin}\"]\nisolation = \"{isolation}\"\nlimits.concurrency = 2000\n"
    );
    let settings = Settings::parse(&text, "bench", &[])?;
    let (name, written) = settings.providers.into_iter().next().context("one provider")?;
    let provider = host.bind("p", &Catalog::default().complete(&name, written)?).await?;
    Ok((host, provider))
}
