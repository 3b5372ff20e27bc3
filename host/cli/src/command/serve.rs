//! `jackfield serve`: the gateway.

use std::io::Write;
use std::net::SocketAddr;
use std::num::NonZeroUsize;

use anyhow::Context;
use jackfield::Jackfield;
use jackfield::gateway::surface::serve::Lanes;
use jackfield::gateway::{gateway, surface};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::address;
use crate::render::text::plain;
use crate::session::Session;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Clients of OpenAI's protocol take http://127.0.0.1:8787/v1 as their base URL, those of Anthropic's \
http://127.0.0.1:8787. A model is `provider/model`, or the name of a route. [server] in jackfield.toml says where to \
listen and which API keys are taken.

The configuration is read once: to change it, start the gateway anew. Ctrl-C or SIGTERM ends it when the answers in \
progress are through; a second one cuts them off.

Examples:
  jackfield serve
  jackfield serve --listen 127.0.0.1:9000
  curl http://127.0.0.1:8787/v1/chat/completions -H 'content-type: application/json' \\
    -d '{\"model\": \"openai/gpt-4o-mini\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'")]
pub(crate) struct Arguments {
    /// Where to listen, in place of the configuration's
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    listen: Option<SocketAddr>,
}

pub(crate) async fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    let mut config = jackfield::Config::find(&session.places, session.global.config.as_deref())?;
    if let Some(folder) = &session.global.plugins {
        config.plugins = Some(session.places.working.join(folder));
    }
    let server = &mut config.gateway.server;
    if let Some(listen) = arguments.listen {
        if server.keys.is_empty() && !listen.ip().is_loopback() {
            return Err(crate::exit::usage(format!(
                "everybody who reaches {listen} could use your providers: write [server.keys.NAME] in \
                 jackfield.toml, or listen on 127.0.0.1"
            )));
        }
        server.listen = listen;
    }
    let (listen, secured) = (server.listen, server.tls.is_some());
    let jackfield = Jackfield::builder(config).progress(session.progress()).open()?;
    let gateway = gateway(&jackfield).await?;
    surface::serve::check(gateway.settings()).map_err(|error| crate::exit::usage(error.to_string()))?;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("can't listen on {listen}: choose another with --listen or `listen` under [server]")
    })?;
    bind_all(&jackfield).await;
    // Scripts wait for this line to learn the port.
    let scheme = if secured { "https" } else { "http" };
    writeln!(std::io::stdout(), "{scheme}://{}", listener.local_addr()?)?;
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let lanes = Lanes::start(gateway.settings().threads.unwrap_or(processors))
        .context("no threads to serve on: write fewer `threads` under [server]")?;
    let patience = gateway.settings().shutdown_timeout;
    let (tell, told) = oneshot::channel::<()>();
    let ended = async {
        told_to_end().await;
        tracing::info!("told to end: answers in progress go on for up to {patience:?}");
        drop(tell);
        told_to_end().await;
        tracing::warn!("told to end again: answers in progress are cut off");
    };
    let stop = async {
        // It ends with an error: nothing is ever sent.
        let _told = told.await;
    };
    tokio::select! {
        served = surface::serve::serve_on(Some(&lanes), gateway, listener, stop) => Ok(served?),
        () = ended => Ok(()),
    }
}

/// Makes the configured providers ready before anybody asks for them. One that
/// can't be used keeps none of the others from serving.
async fn bind_all(jackfield: &Jackfield) {
    let mut tasks = Vec::new();
    for name in jackfield.config().settings.providers.keys().map(ToString::to_string) {
        let jackfield = jackfield.clone();
        tasks.push(tokio::spawn(async move {
            if let Err(error) = jackfield.provider(&name).await {
                tracing::error!(provider = name, "{}", plain(&format!("{:#}", anyhow::Error::from(error))));
            }
        }));
    }
    for task in tasks {
        if let Err(error) = task.await {
            tracing::error!(%error, "a provider can't be made ready");
        }
    }
}

/// Ctrl-C, or what service managers send.
async fn told_to_end() {
    let interrupted = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C can't be heard");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(error) => {
                tracing::warn!(%error, "the signal to end can't be heard");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
