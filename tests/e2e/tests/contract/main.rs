//! Every function of every interface of the contract, through the provider's
//! typed methods, against the guest `everything`: what crosses comes out on the
//! other side as it went in, and what the contract forbids is stopped by the
//! host, not left to the caller.

mod callback;
mod embedding;
mod errors;
mod llm;
mod passthrough;
mod passthrough_stream;
mod rerank;
mod singleton;
mod speech;
mod tool;
mod transcription;
mod vector_filters;
mod vector_store;

use jackfield_e2e::guests::builder;
use jackfield_e2e::{Reply, Script, bind, guest};
use jackfield_runtime::api::types;
use jackfield_runtime::{CallContext, CallError, Host, Provider, component_section};

const MANIFEST: &str = include_str!("../../../guests/worlds/everything/plugin.toml");

/// The secret of the provider, as its upstream should see it.
const KEY: &str = "everything-key-0123456789";

/// The guest, bound to an upstream that answers by script.
struct Bench {
    upstream: Script,
    provider: Provider,
    context: CallContext,
    host: Host,
    _secret: tempfile::NamedTempFile,
}

impl Bench {
    /// For what sends nothing.
    async fn alone() -> Self {
        Self::new(vec![]).await
    }

    async fn new(replies: Vec<Reply>) -> Self {
        Self::with(replies, MANIFEST, "", 16).await
    }

    /// With another manifest, further lines of configuration and room for so
    /// many instances.
    async fn with(replies: Vec<Reply>, manifest: &str, lines: &str, instances: u32) -> Self {
        let upstream = Script::start(replies).await;
        let host = builder(instances).build().unwrap();
        let component = std::fs::read(guest("everything")).unwrap();
        host.load_bytes("everything", &component_section::write(&component, manifest).unwrap()).unwrap();
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), KEY).unwrap();
        let origin = upstream.origin();
        let settings = format!(
            "plugin = \"everything\"\nconfig.base-url = \"{origin}/v1\"\ngrant.origins = [\"{origin}\"]\n\
             secrets.api-key = {{ file = \"{}\" }}\n{lines}",
            secret.path().display()
        );
        let provider = bind(&host, "everything", &settings).await;
        Self { upstream, provider, context: CallContext::default(), host, _secret: secret }
    }
}

/// What the plugin reported, if it was the plugin that failed.
fn reported<T: std::fmt::Debug>(answer: Result<T, CallError>) -> types::Error {
    match answer {
        Err(CallError::Failed { error, .. }) => error,
        other => panic!("the plugin should have failed: {other:?}"),
    }
}

/// That the call failed because the plugin broke the contract, in this way; and
/// that the plugin is named with its version.
fn broke_the_contract(error: &CallError, how: &str) {
    let CallError::Contract { plugin, message, .. } = error else { panic!("{error:?}") };
    assert_eq!(plugin, "everything 0.1.0");
    assert!(message.contains(how), "{message}");
    assert!(error.to_string().contains("plugin everything 0.1.0 broke the contract: "), "{error}");
}

#[tokio::test]
async fn all_models_of_an_upstream_are_listed() {
    let bench = Bench::alone().await;
    let models = bench.provider.list_models(&bench.context).await.unwrap();
    let [echo, letters] = &models[..] else { panic!("{models:?}") };
    assert_eq!((echo.id.as_str(), echo.context_tokens, echo.created), ("echo", Some(1000), Some(0)));
    assert_eq!(echo.interfaces, ["llm"]);
    assert_eq!((letters.id.as_str(), letters.context_tokens), ("letters", None));
    assert_eq!(letters.owner.as_deref(), Some("tests"));
}

#[test]
fn the_guest_has_every_interface_of_the_contract() {
    let plugin = builder(1).build().unwrap().load_file(guest("everything")).unwrap();
    assert_eq!(plugin.interfaces(), jackfield_runtime::Interface::ALL);
}
