use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::manifest::name::CredentialName;
use crate::secret::{Environment, SecretStore, StoreError};

/// Nothing here waits for anything, so one poll is enough.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits"),
    }
}

#[derive(Debug, Default)]
struct Variables(Mutex<BTreeMap<String, OsString>>);

impl Variables {
    fn set(&self, name: &str, value: &str) {
        self.0.lock().unwrap().insert(name.to_owned(), value.into());
    }
}

impl Environment for Variables {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.0.lock().unwrap().get(name).cloned()
    }
}

#[derive(Debug)]
struct Store;

impl SecretStore for Store {
    fn credential<'s>(
        &'s self,
        name: &'s CredentialName,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Secret>, StoreError>> + Send + 's>> {
        Box::pin(async move {
            match name.as_str() {
                "mine" => Ok(Some(Secret::new(b"stored".to_vec())?)),
                "broken" => Err("the database is away".into()),
                _ => Ok(None),
            }
        })
    }
}

fn env(names: &[&str]) -> SecretSource {
    SecretSource::Env(names.iter().map(|name| name.parse().unwrap()).collect())
}

fn bind(reader: &SecretReader, source: SecretSource) -> Result<BoundSecret, SecretError> {
    now(BoundSecret::bind(reader, source, SecretForm::Line))
}

#[test]
fn the_first_variable_that_is_set_counts_and_an_empty_one_is_not_set() {
    let variables = Arc::new(Variables::default());
    let reader = SecretReader::new(Arc::clone(&variables) as Arc<dyn Environment>);
    let error = bind(&reader, env(&["A", "B"])).unwrap_err();
    assert_eq!(error.to_string(), "environment variable A or B isn't set; set it, or name another source");
    variables.set("A", "");
    variables.set("B", "second");
    let secret = bind(&reader, env(&["A", "B"])).unwrap();
    assert_eq!(secret.get().expose(), "second");
    variables.set("A", "first");
    assert_eq!(secret.get().expose(), "second", "only a refresh reads again");
    assert!(now(secret.refresh()).unwrap());
    assert_eq!(secret.get().expose(), "first");
    assert!(!now(secret.refresh()).unwrap());
}

#[test]
fn a_file_is_read_again_once_it_changed_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, "one\n").unwrap();
    let reader = SecretReader::new(Arc::new(Variables::default()));
    let secret = bind(&reader, SecretSource::File(path.clone())).unwrap();
    assert_eq!(secret.get().expose(), "one");
    assert!(!now(secret.refresh()).unwrap());

    fs::write(&path, "longer\n").unwrap();
    assert!(now(secret.refresh()).unwrap());
    assert_eq!(secret.get().expose(), "longer");

    let other = folder.path().join("other");
    fs::write(&other, "LONGER\n").unwrap();
    fs::rename(&other, &path).unwrap();
    assert!(now(secret.refresh()).unwrap(), "replaced by a file of the same length");
    assert_eq!(secret.get().expose(), "LONGER");
}

#[test]
fn a_source_that_fails_leaves_the_old_secret_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, "one").unwrap();
    let reader = SecretReader::new(Arc::new(Variables::default()));
    let secret = bind(&reader, SecretSource::File(path.clone())).unwrap();
    fs::remove_file(&path).unwrap();
    let error = now(secret.refresh()).unwrap_err().to_string();
    assert!(error.contains("can't be read") && error.contains("check that it exists"), "{error}");
    fs::write(&path, "hunter2\nhunter2").unwrap();
    let error = now(secret.refresh()).unwrap_err().to_string();
    assert!(error.contains("on one line") && !error.contains("hunter2"), "{error}");
    assert_eq!(secret.get().expose(), "one");
    fs::write(&path, "two").unwrap();
    assert!(now(secret.refresh()).unwrap());
    assert_eq!(secret.get().expose(), "two");
}

#[test]
fn a_huge_file_is_not_taken_for_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, vec![b'a'; 1 << 20]).unwrap();
    let reader = SecretReader::new(Arc::new(Variables::default()));
    let error = bind(&reader, SecretSource::File(path)).unwrap_err().to_string();
    assert!(error.contains("more than 64 KiB"), "{error}");
}

#[test]
fn credentials_come_from_the_store_and_its_failures_are_told_apart() {
    let without = SecretReader::new(Arc::new(Variables::default()));
    let with = without.clone().with_store(Arc::new(Store));
    let source = |name: &str| SecretSource::Credential(name.parse().unwrap());
    assert_eq!(bind(&with, source("mine")).unwrap().get().expose(), "stored");
    for (reader, name, message) in [
        (&with, "other", "credential other isn't set"),
        (&with, "broken", "credential broken can't be read from the store: the database is away"),
        (&without, "mine", "credential mine can't be read: this host has no credential store"),
    ] {
        let error = bind(reader, source(name)).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn no_error_or_debug_output_has_the_value_in_it() {
    let variables = Arc::new(Variables::default());
    variables.set("BAD", "hunter2\r\nx: 1");
    variables.set("GOOD", "hunter2");
    let reader = SecretReader::new(variables as Arc<dyn Environment>);
    let error = bind(&reader, env(&["BAD"])).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("environment variable BAD") && !shown.contains("hunter2"), "{shown}");
    let secret = bind(&reader, env(&["GOOD"])).unwrap();
    let shown = format!("{:?}", secret.get());
    assert_eq!(shown, "[redacted]");
}

const DOCUMENT: SecretForm =
    SecretForm::Document(crate::secret::Document { check: |_| Ok(()), parts: |_| Vec::new() });

#[test]
fn a_document_may_have_lines_and_a_variable_may_name_its_file() {
    let variables = Arc::new(Variables::default());
    let reader = SecretReader::new(Arc::clone(&variables) as _);
    let read = |source| now(reader.read_as(&source, DOCUMENT)).map(|secret| secret.expose().to_owned());
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "{\n  \"a\": 1\n}\n").unwrap();
    assert_eq!(read(SecretSource::File(file.path().to_owned())).unwrap(), "{\n  \"a\": 1\n}");
    for text in ["{ \"a\": 2 }", "-----BEGIN PRIVATE KEY-----\nAAAA"] {
        variables.set("KEY", text);
        assert_eq!(read(env(&["KEY"])).unwrap(), text);
    }
    variables.set("KEY", file.path().to_str().unwrap());
    assert_eq!(read(env(&["KEY"])).unwrap(), "{\n  \"a\": 1\n}");
    // What isn't a path after all may be a secret: it isn't repeated.
    variables.set("KEY", "hunter2");
    let error = read(env(&["KEY"])).unwrap_err().to_string();
    assert!(error.contains("the file that environment variable KEY names"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    // A secret of one line is never a path.
    assert_eq!(now(reader.read(&env(&["KEY"]))).unwrap().expose(), "hunter2");
}

/// Gives a file the time of change that it had before.
fn as_before(path: &std::path::Path, write: impl FnOnce()) {
    let before = fs::metadata(path).unwrap().modified().unwrap();
    write();
    fs::File::options().append(true).open(path).unwrap().set_modified(before).unwrap();
}

#[test]
fn the_file_that_a_variable_names_is_read_again_once_it_changed_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let variables = Arc::new(Variables::default());
    variables.set("TOKEN_FILE", path("token").to_str().unwrap());
    fs::write(path("token"), "one\n").unwrap();
    let reader = SecretReader::new(Arc::clone(&variables) as _);
    let secret = now(BoundSecret::bind(&reader, env(&["TOKEN_FILE"]), DOCUMENT)).unwrap();
    assert!(secret.is_of_file());
    assert!(!now(secret.refresh()).unwrap());

    fs::write(path("token"), "longer\n").unwrap();
    assert!(now(secret.refresh()).unwrap());
    assert_eq!(secret.get().expose(), "longer");

    // As a pod's tokens are replaced: by a link that leads elsewhere.
    fs::write(path("other"), "LONGER\n").unwrap();
    fs::rename(path("other"), path("token")).unwrap();
    assert!(now(secret.refresh()).unwrap());
    assert_eq!(secret.get().expose(), "LONGER");

    // A file that looks as before isn't read, unless that is asked for.
    as_before(&path("token"), || fs::write(path("token"), "Longer\n").unwrap());
    assert!(!now(secret.refresh()).unwrap());
    assert_eq!(secret.get().expose(), "LONGER");
    assert!(now(secret.read_again()).unwrap());
    assert_eq!(secret.get().expose(), "Longer");

    // Another file, by another name.
    fs::write(path("third"), "third\n").unwrap();
    variables.set("TOKEN_FILE", path("third").to_str().unwrap());
    assert!(now(secret.refresh()).unwrap());
    assert_eq!(secret.get().expose(), "third");
}
