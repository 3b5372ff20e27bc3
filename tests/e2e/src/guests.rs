//! Guests come from the build, never from a checked-in binary.

use std::path::{Path, PathBuf};

use jackfield_runtime::api::llm::{ChatRequest, ChatResponse, Message, Part, Role};
use jackfield_runtime::catalog::Catalog;
use jackfield_runtime::settings::Settings;
use jackfield_runtime::{Host, HostBuilder, PoolSizes, Provider};

/// The workspace's folder for what is built.
fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}

fn built(folder: &str, name: &str) -> PathBuf {
    let path = target().join(folder).join(format!("{name}.wasm"));
    assert!(path.exists(), "{} is missing; run `make guests` first", path.display());
    path
}

/// A test guest, packed.
pub fn guest(name: &str) -> PathBuf {
    built("guests", name)
}

/// A plugin of this repository, packed.
pub fn plugin(name: &str) -> PathBuf {
    built("plugins", name)
}

/// A host with compiled code cached between tests. Its pool is small: each
/// instance reserves 4 GiB of address space, and tests run many hosts at once.
pub fn host() -> Host {
    builder(64).build().expect("a host")
}

/// The same, to be changed, with room for so many instances.
pub fn builder(instances: u32) -> HostBuilder {
    let sizes = PoolSizes { instances, ..PoolSizes::default() };
    Host::builder().code_cache(target().join("test-code")).pool(sizes)
}

/// Binds a provider as the operator would write it below `[providers.NAME]`.
pub async fn bind(host: &Host, name: &str, lines: &str) -> Provider {
    let settings = Settings::parse(&format!("[providers.{name}]\n{lines}\n"), "jackfield.toml", &[])
        .unwrap_or_else(|error| panic!("{error}"));
    let (_, provider) = settings.providers.into_iter().next().expect("one provider");
    let name_of = name.parse().expect("a name");
    let provider = Catalog::default().complete(&name_of, provider).unwrap_or_else(|error| panic!("{error}"));
    host.bind(name, &provider).await.unwrap_or_else(|error| panic!("{}", chain(&error)))
}

/// An error with all its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// A request with one text.
pub fn chat(model: &str, text: &str) -> ChatRequest {
    ChatRequest::new(model, vec![Message::text(Role::User, text)])
}

/// The text of the first answer.
pub fn text_of(answer: &ChatResponse) -> String {
    let parts = answer.choices.iter().flat_map(|choice| &choice.content);
    parts
        .filter_map(|part| match part {
            Part::Text(text) => Some(text.text.as_str()),
            _ => None,
        })
        .collect()
}
