//! What is loaded and what is refused, with messages that say what to do; versions
//! side by side; compiled code kept on disk.

use std::sync::Arc;

use jackfield_e2e::guests::{builder, chain};
use jackfield_e2e::{bind, chat, guest, host, text_of};
use jackfield_runtime::component_section;
use jackfield_runtime::{BindError, CallContext, CodeOrigin, Interface, LoadError, Rebound};

const MANIFEST: &str = include_str!("../../guests/probe/plugin.toml");

fn probe() -> Vec<u8> {
    std::fs::read(guest("probe")).unwrap()
}

fn with_manifest(manifest: &str) -> Vec<u8> {
    component_section::write(&probe(), manifest).unwrap()
}

fn refused(bytes: &[u8]) -> (LoadError, String) {
    let error = host().load_bytes("x", bytes).unwrap_err();
    let text = chain(&error);
    (error, text)
}

const SETTINGS: &str = "config.base-url = \"https://api.example\"\ngrant.origins = [\"https://api.example\"]";

#[test]
fn a_component_shows_what_it_is() {
    let plugin = host().load_file(guest("probe")).unwrap();
    assert_eq!((plugin.name(), plugin.version().to_string().as_str()), ("probe", "0.1.0"));
    assert_eq!(plugin.interfaces(), [Interface::Llm]);
    assert!(plugin.has_manifest());
}

#[test]
fn every_truncation_of_a_component_is_refused() {
    let bytes = probe();
    for length in [0, 1, 4, 8, 100, bytes.len() / 2, bytes.len() - 1] {
        let (_, text) = refused(&bytes[..length]);
        assert!(!text.is_empty());
    }
}

#[test]
fn what_is_no_component_is_refused_and_named() {
    for (bytes, says) in [
        (b"hello, world".as_slice(), "component"),
        (b"\0asm\x01\0\0\0".as_slice(), "module"),
        (b"(component)".as_slice(), "component"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0".as_slice(), "component"),
    ] {
        let (_, text) = refused(bytes);
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn a_component_that_exports_no_interface_is_refused() {
    let (error, text) = refused(b"\0asm\x0d\0\x01\0");
    assert!(matches!(error, LoadError::NoInterface { .. }), "{text}");
    assert!(text.contains("vector-store"), "{text}");
}

#[test]
fn an_unknown_field_of_a_manifest_is_named_with_its_line() {
    let (error, text) = refused(&with_manifest(&MANIFEST.replace("license =", "licence =")));
    assert!(matches!(error, LoadError::Manifest(_)), "{text}");
    for part in ["licence", "license", "plugin.toml"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_plugin_of_an_api_version_that_the_host_does_not_have_is_refused() {
    let mut bytes = probe();
    let (from, to) = (b"jackfield:plugin/llm@0.1.0", b"jackfield:plugin/llm@0.9.0");
    let mut found = 0;
    for at in 0..bytes.len() - from.len() {
        if &bytes[at..at + from.len()] == from {
            bytes[at..at + from.len()].copy_from_slice(to);
            found += 1;
        }
    }
    assert!(found > 0);
    let (error, text) = refused(&bytes);
    assert!(matches!(error, LoadError::ApiVersion { .. }), "{text}");
    assert!(text.contains("0.9.0") && text.contains("0.1.0"), "{text}");
}

#[test]
fn two_plugins_of_one_name_and_version_with_different_bytes_are_refused() {
    let host = host();
    host.load_bytes("a", &probe()).unwrap();
    host.load_bytes("again", &probe()).unwrap();
    let other = with_manifest(&MANIFEST.replace("Does whatever", "Does all that"));
    let error = host.load_bytes("b", &other).unwrap_err();
    assert!(matches!(error, LoadError::Conflict(_)), "{error}");
    assert_eq!(error.to_string().matches("sha256:").count(), 2, "{error}");
}

#[tokio::test]
async fn a_component_without_a_manifest_loads_and_has_no_capability() {
    let host = host();
    let bytes = component_section::without(&probe()).unwrap().into_owned();
    let plugin = host.load_bytes("bare", &bytes).unwrap();
    assert_eq!((plugin.name(), plugin.has_manifest()), ("bare", false));
    let provider = bind(&host, "p", "plugin = \"bare\"\ngrant.origins = [\"https://api.example\"]").await;
    let order = "{\"url\": \"https://api.example/\"}";
    let answer = provider.chat(&CallContext::default(), chat("send", order)).await.unwrap();
    assert!(text_of(&answer).contains("Permission"), "granted but not asked for: {}", text_of(&answer));
}

#[tokio::test]
async fn several_versions_live_side_by_side_and_a_requirement_chooses() {
    let host = host();
    for version in ["0.1.0", "0.1.5", "0.2.0", "1.0.0"] {
        host.load_bytes("probe", &with_manifest(&MANIFEST.replace("0.1.0", version))).unwrap();
    }
    for (wanted, chosen) in [
        ("probe", "1.0.0"),
        ("probe@^0.1", "0.1.5"),
        ("probe@=0.1.0", "0.1.0"),
        ("probe@>=0.1.5, <1", "0.2.0"),
    ] {
        let provider = bind(&host, "p", &format!("plugin = \"{wanted}\"\n{SETTINGS}")).await;
        assert_eq!(provider.plugin().version().to_string(), chosen, "{wanted}");
    }
    let settings = settings(&format!("plugin = \"probe@^2\"\n{SETTINGS}"));
    let error = host.bind("p", &settings).await.unwrap_err();
    assert!(error.to_string().contains("0.1.0, 0.1.5, 0.2.0, 1.0.0"), "{error}");
}

#[tokio::test]
async fn a_call_in_progress_ends_on_the_version_that_it_began_with() {
    let host = host();
    host.load_bytes("probe", &probe()).unwrap();
    let provider = bind(&host, "p", &format!("plugin = \"probe@^0.1\"\n{SETTINGS}")).await;
    let mut stream = provider.stream_chat(&CallContext::default(), chat("count", "3")).await.unwrap();
    host.load_bytes("probe", &with_manifest(&MANIFEST.replace("0.1.0", "0.1.1"))).unwrap();
    assert!(matches!(host.rebind("p").await.unwrap(), Rebound::Serving { .. }));
    assert_eq!(provider.plugin().version().to_string(), "0.1.1");
    let mut events = 0;
    while let Some(batch) = stream.next_batch().await {
        events += batch.unwrap().len();
    }
    assert_eq!(events, 5, "a head, three words and an end");
}

#[tokio::test]
async fn a_version_that_asks_for_more_waits_while_the_old_one_serves() {
    let host = host();
    host.load_bytes("probe", &probe()).unwrap();
    let provider = bind(&host, "p", &format!("plugin = \"probe@^0.1\"\n{SETTINGS}")).await;
    let more = format!(
        "{}\n[[egress]]\norigin = \"https://more.example\"\nmethods = [\"GET\"]\n",
        MANIFEST.replace("0.1.0", "0.1.1")
    );
    host.load_bytes("probe", &with_manifest(&more)).unwrap();
    let Rebound::Waiting { wants, .. } = host.rebind("p").await.unwrap() else { panic!("it must wait") };
    assert!(wants.iter().any(|want| want.contains("https://more.example")), "{wants:?}");
    assert_eq!(provider.plugin().version().to_string(), "0.1.0");
}

#[tokio::test]
async fn a_pinned_digest_is_checked() {
    let host = host();
    let plugin = host.load_bytes("probe", &probe()).unwrap();
    let pin = |digest: &str| {
        settings(&format!(
            "plugin = {{ name = \"probe\", version = \"^0.1\", digest = \"{digest}\" }}\n{SETTINGS}"
        ))
    };
    host.bind("p", &pin(&plugin.digest().to_string())).await.unwrap();
    let other = format!("sha256:{}", "0".repeat(64));
    let error = host.bind("p", &pin(&other)).await.unwrap_err();
    assert!(matches!(error, BindError::Digest { .. }), "{error}");
}

fn settings(lines: &str) -> jackfield_runtime::settings::ProviderSettings {
    let text = format!("[providers.p]\n{lines}\n");
    let settings = jackfield_runtime::settings::Settings::parse(&text, "jackfield.toml", &[]).unwrap();
    let written = settings.providers.into_values().next().unwrap();
    jackfield_runtime::catalog::Catalog::default().complete(&"p".parse().unwrap(), written).unwrap()
}

async fn unbindable(manifest: &str, lines: &str) -> (BindError, String) {
    let host = host();
    host.load_bytes("probe", &with_manifest(manifest)).unwrap();
    let error = host.bind("p", &settings(&format!("plugin = \"probe\"\n{lines}"))).await.unwrap_err();
    let text = chain(&error);
    (error, text)
}

#[tokio::test]
async fn a_credential_whose_audience_lies_outside_the_grants_is_refused() {
    let lines = "config.base-url = \"https://api.example\"\ngrant.origins = [\"https://other.example\"]";
    let (error, text) = unbindable(MANIFEST, lines).await;
    assert!(matches!(error, BindError::Policy(_)), "{text}");
    assert!(text.contains("https://api.example"), "{text}");
}

#[tokio::test]
async fn a_missing_secret_is_named_with_the_line_to_write() {
    let manifest = MANIFEST.replace("optional = true", "env = \"PROBE_KEY\"");
    let (_, text) = unbindable(&manifest, SETTINGS).await;
    assert!(text.contains("secrets.api-key = { env = \"PROBE_KEY\" }"), "{text}");
    let lines = format!("{SETTINGS}\nsecrets.api-key = {{ env = \"JACKFIELD_TEST_UNSET_VARIABLE\" }}");
    let (error, text) = unbindable(&manifest, &lines).await;
    assert!(matches!(error, BindError::Secret { .. }), "{text}");
    assert!(text.contains("JACKFIELD_TEST_UNSET_VARIABLE"), "{text}");
}

#[tokio::test]
async fn wrong_configuration_is_named() {
    for (lines, says) in [
        ("grant.origins = [\"https://api.example\"]", "base-url"),
        ("config.base-url = 7\ngrant.origins = [\"https://api.example\"]", "base-url"),
        (&format!("{SETTINGS}\nconfig.base-ulr = \"x\""), "base-ulr"),
        (&format!("{SETTINGS}\nsecrets.api-kee = {{ env = \"X\" }}"), "api-kee"),
        (&format!("{SETTINGS}\ngrant.directories.none = {{ path = \"/tmp\", access = \"read\" }}"), "none"),
    ] as [(&str, &str); 5]
    {
        let (_, text) = unbindable(MANIFEST, lines).await;
        assert!(text.contains(says), "{says} in {text}");
    }
}

#[test]
fn compiled_code_is_kept_and_damage_to_it_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("code");
    let origin = || {
        let host = builder(8).code_cache(&cache).build().unwrap();
        host.load_bytes("probe", &probe()).unwrap().code_origin()
    };
    assert_eq!(origin(), CodeOrigin::Compiled);
    assert_eq!(origin(), CodeOrigin::Cached);
    let file = std::fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(origin(), CodeOrigin::Compiled, "truncated");
    assert_eq!(origin(), CodeOrigin::Cached, "written anew");
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    std::fs::write(&file, damaged).unwrap();
    assert_eq!(origin(), CodeOrigin::Compiled, "damaged");
}

#[test]
fn writers_at_the_same_time_leave_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(folder.path().join("code"));
    let bytes = Arc::new(probe());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (cache, bytes) = (Arc::clone(&cache), Arc::clone(&bytes));
            scope.spawn(move || {
                let host = builder(8).code_cache(cache.as_path()).build().unwrap();
                host.load_bytes("probe", &bytes).unwrap();
            });
        }
    });
    assert_eq!(std::fs::read_dir(cache.as_path()).unwrap().count(), 1);
    let host = builder(8).code_cache(cache.as_path()).build().unwrap();
    assert_eq!(host.load_bytes("probe", &bytes).unwrap().code_origin(), CodeOrigin::Cached);
}
