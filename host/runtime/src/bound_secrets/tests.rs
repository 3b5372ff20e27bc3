mod chosen;

use std::fs;
use std::path::Path;

use futures_util::FutureExt;

use super::*;
use crate::clock::SystemClock;
use crate::egress::Egress;
use crate::egress::hyper_transport::HyperTransport;
use crate::egress::limits::EgressLimits;
use crate::egress::policy::Policy;
use crate::egress::resolve::SystemResolver;
use crate::secret::{SecretReader, SecretSource};

const MANIFEST: &str = r#"
[plugin]
name = "acme"
version = "0.1.0"
description = "One key"
[secrets.key]
[auth.key]
scheme = "bearer"
secret = "key"
[[egress]]
origin = "https://api.example.com"
methods = ["POST"]
auth = "key"
"#;

const FIRST: &str = "first-0123456789";
const SECOND: &str = "second-0123456789";

/// Nothing here waits for anything.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing here waits")
}

/// What a host hands on, with secrets from here.
fn services(secrets: SecretReader) -> Services {
    Services {
        clock: Arc::new(SystemClock),
        resolver: Arc::new(SystemResolver),
        transport: Arc::new(HyperTransport::default()),
        secrets,
        observer: None,
    }
}

/// The secrets of a provider whose key is in a file, and its way out, which
/// nothing takes.
fn followed(file: &Path) -> (Secrets, Egress) {
    fs::write(file, FIRST).unwrap();
    let services = services(SecretReader::of_process());
    let manifest = Manifest::parse(MANIFEST, "plugin.toml").unwrap();
    let mut settings = ProviderSettings::new("acme".parse().unwrap());
    settings.secrets.insert("key".parse().unwrap(), SecretSource::File(file.to_owned()));
    let secrets = now(Secrets::read(&manifest, &services, "acme", &settings)).unwrap();
    let egress = Egress::new(
        Policy::new("acme", Vec::new(), Vec::new(), Vec::new()).unwrap(),
        secrets.scanner("acme").unwrap(),
        BTreeMap::new(),
        services.transport,
        services.resolver,
        EgressLimits::default(),
    );
    (secrets, egress.unwrap())
}

/// Whoever looks meanwhile, or comes after what was read couldn't be taken over.
#[test]
fn what_another_has_read_and_not_taken_over_is_in_use_after_every_look() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    for way in ["look again", "follow", "refresh"] {
        let (secrets, egress) = followed(&file);
        let (name, held) = secrets.held.first_key_value().unwrap();
        let bound = held.source.as_ref().unwrap();
        fs::write(&file, SECOND).unwrap();
        assert!(now(bound.read_again()).unwrap());
        assert_eq!(held.shared.expose().as_str(), FIRST, "the other isn't there yet");
        match way {
            "look again" => now(secrets.look_again(egress.host())),
            "follow" => now(secrets.follow(egress.host())),
            _ => assert!(now(secrets.refresh(egress.host())).unwrap()),
        }
        assert_eq!(held.shared.expose().as_str(), SECOND, "{way}");
        for text in [FIRST, SECOND] {
            assert!(egress.scanner().find(text.as_bytes()).is_some(), "{way}: {text}");
        }
        // When the other comes at last, nothing is left to do.
        let generation = held.shared.generation();
        assert!(!secrets.take_over(name, bound, held, egress.host(), true), "{way}");
        assert_eq!(held.shared.generation(), generation, "{way}");
        assert_eq!(secrets.former.lock().unwrap().parts().count(), 1, "{way}");
    }
}

/// Two that read one after the other come in the other order.
#[test]
fn who_comes_late_puts_nothing_older_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let (secrets, egress) = followed(&file);
    let (name, held) = secrets.held.first_key_value().unwrap();
    let bound = held.source.as_ref().unwrap();
    let begun = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        let former = secrets.former.lock().unwrap();
        let late = scope.spawn(|| {
            begun.wait();
            secrets.take_over(name, bound, held, egress.host(), true)
        });
        begun.wait();
        // Time for whoever reads before it has the lock to have read the older one.
        std::thread::sleep(Duration::from_millis(200));
        fs::write(&file, SECOND).unwrap();
        assert!(now(bound.read_again()).unwrap());
        drop(former);
        assert!(late.join().unwrap());
    });
    assert_eq!(held.shared.expose().as_str(), SECOND);
}
