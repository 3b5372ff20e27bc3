//! The gateway on a loopback port of its own, over the plugins of the build and
//! a configuration as an operator would write it.

use std::net::SocketAddr;

use jackfield::gateway::gateway;
use jackfield::upstream::UpstreamOptions;
use jackfield::{Config, Jackfield, Places};
use jackfield_gateway::Gateway;
use jackfield_gateway::serve::{ServeError, serve};
use jackfield_runtime::{HostBuilder, Provider};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::guests::{builder, chain, plugin};

/// A gateway that serves.
#[derive(Debug)]
pub struct Served {
    address: SocketAddr,
    scheme: &'static str,
    client: Client,
    gateway: Gateway,
    jackfield: Jackfield,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), ServeError>>,
    _folder: tempfile::TempDir,
}

/// The lines of a provider whose upstream is at this origin.
pub fn provider(name: &str, plugin: &str, origin: &str, more: &str) -> String {
    format!(
        "[providers.{name}]\nplugin = \"{plugin}\"\nconfig.base-url = \"{origin}/v1\"\n\
         grant.origins = [\"{origin}\"]\n{more}\n"
    )
}

/// An upstream that behaves, at this origin.
pub async fn upstream(options: UpstreamOptions) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
    let origin = format!("http://{}", listener.local_addr().expect("its address"));
    tokio::spawn(jackfield::upstream::serve(listener, options, std::future::pending()));
    origin
}

impl Served {
    /// Serves by this configuration. Every provider in it is ready.
    pub async fn start(config: &str) -> Self {
        Self::sized(config, 64).await
    }

    /// The same, with room for so many instances.
    pub async fn sized(config: &str, instances: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::within(folder, config, instances).await
    }

    /// The same, with its files in this folder: its `plugins`, if it has such,
    /// in place of those of the build.
    pub async fn within(folder: tempfile::TempDir, config: &str, instances: u32) -> Self {
        Self::hosted(folder, config, builder(instances)).await
    }

    /// The same with a host of the test's own.
    pub async fn hosted(folder: tempfile::TempDir, config: &str, host: HostBuilder) -> Self {
        let own = folder.path().join("plugins");
        let built = || plugin("openai").parent().map(std::path::Path::to_owned).unwrap_or_default();
        let plugins = if own.is_dir() { own } else { built() };
        let file = folder.path().join("jackfield.toml");
        let text = format!("[plugins]\ndir = \"{}\"\n\n{config}", plugins.display());
        std::fs::write(&file, text).expect("a file");
        let config =
            Config::read(&Places::of_process(), &file).unwrap_or_else(|error| panic!("{}", chain(&error)));
        let host = host.build().expect("a host");
        let jackfield =
            Jackfield::builder(config).host(host).open().unwrap_or_else(|error| panic!("{}", chain(&error)));
        let names: Vec<String> =
            jackfield.config().settings.providers.keys().map(ToString::to_string).collect();
        for name in names {
            jackfield.provider(&name).await.unwrap_or_else(|error| panic!("{}", chain(&error)));
        }
        let gateway = gateway(&jackfield).await.unwrap_or_else(|error| panic!("{}", chain(&error)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("its address");
        let (stop, stopped) = oneshot::channel();
        let scheme = if gateway.settings().tls.is_some() { "https" } else { "http" };
        let task = tokio::spawn(serve(gateway.clone(), listener, async move { drop(stopped.await) }));
        let client = Client::builder().no_proxy().build().expect("a client");
        Self { address, scheme, client, gateway, jackfield, stop: Some(stop), task, _folder: folder }
    }

    /// Where a path of it is.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The gateway itself.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// A provider behind it.
    pub async fn provider(&self, name: &str) -> Provider {
        self.jackfield.provider(name).await.unwrap_or_else(|error| panic!("{}", chain(&error)))
    }

    /// A client that takes no proxy.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A request with a JSON body, to be added to.
    pub fn ask(&self, path: &str, body: &Value) -> RequestBuilder {
        let request = self.client.post(self.url(path)).header("content-type", "application/json");
        request.body(body.to_string())
    }

    /// Sends it.
    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.ask(path, body).send().await.expect("an answer")
    }

    /// A request without a body.
    pub async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.expect("an answer")
    }

    /// A connection of which nothing was used yet.
    pub async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        stream
    }

    /// Tells it to end. It ends once answers in progress are through.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until it has ended.
    pub async fn ended(self) {
        self.task.await.expect("no panic").expect("a clean end");
    }
}
