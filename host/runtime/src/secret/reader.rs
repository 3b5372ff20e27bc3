//! Reads secrets from the environment, files and the store.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::future::Future;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use super::value::{Secret, SecretFlaw};
use super::{SecretError, SecretForm, SecretSource};
use crate::manifest::name::{CredentialName, EnvName};

/// The environment, handed in so that nothing here reaches for the process's.
pub trait Environment: fmt::Debug + Send + Sync {
    /// The variable of this name, if it is set.
    fn variable(&self, name: &str) -> Option<OsString>;
}

/// The environment of this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

/// Keeps credentials, encrypted at rest.
///
/// The host asks when a provider is bound and whenever its secrets are
/// refreshed, never during a call, so an answer may take a database's time.
pub trait SecretStore: fmt::Debug + Send + Sync {
    /// The bytes of a credential; nothing where there is none of this name.
    /// Errors are shown to operators and must not have the value in them.
    fn credential<'s>(
        &'s self,
        name: &'s CredentialName,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Secret>, StoreError>> + Send + 's>>;
}

/// What a store says when it fails.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Reads secrets. Cloning is cheap and gives the same reader.
#[derive(Debug, Clone)]
pub struct SecretReader {
    environment: Arc<dyn Environment>,
    store: Option<Arc<dyn SecretStore>>,
}

/// A secret as it was read, with the file that it came from.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) secret: Secret,
    pub(super) file: Option<SeenFile>,
}

/// A file, as it was when it was read.
#[derive(Debug)]
pub(super) struct SeenFile {
    path: PathBuf,
    stamp: FileStamp,
}

/// What changes when a file is written or replaced. Where the clock is coarse
/// and the new content as long as the old, the file's number tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileStamp {
    modified: Option<SystemTime>,
    length: u64,
    number: u64,
}

impl SecretReader {
    /// A reader with this environment and no store.
    pub fn new(environment: Arc<dyn Environment>) -> Self {
        Self { environment, store: None }
    }

    /// A reader with this process's environment and no store.
    pub fn of_process() -> Self {
        Self::new(Arc::new(ProcessEnvironment))
    }

    /// The same with a store.
    #[must_use]
    pub fn with_store(mut self, store: Arc<dyn SecretStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Whether one of the variables is set that a secret is to come from; where
    /// it comes from elsewhere, that can't be told without reading it.
    pub(crate) fn is_set(&self, source: &SecretSource) -> bool {
        let set =
            |name: &EnvName| self.environment.variable(name.as_str()).is_some_and(|value| !value.is_empty());
        match source {
            SecretSource::Env(names) => names.iter().any(set),
            SecretSource::File(_) | SecretSource::Credential(_) => true,
        }
    }

    /// Reads a secret once. A file is read by blocking calls: secrets are small
    /// and local.
    ///
    /// # Errors
    /// Where it isn't there, can't be read or can't be used. No message has the
    /// value in it.
    pub async fn read(&self, source: &SecretSource) -> Result<Secret, SecretError> {
        self.read_as(source, SecretForm::Line).await
    }

    /// The same for a secret of another form.
    ///
    /// # Errors
    /// As [`SecretReader::read`].
    pub async fn read_as(&self, source: &SecretSource, form: SecretForm) -> Result<Secret, SecretError> {
        self.reading(source, form).await.map(|reading| reading.secret)
    }

    pub(super) async fn reading(
        &self,
        source: &SecretSource,
        form: SecretForm,
    ) -> Result<Reading, SecretError> {
        let source_name = source.to_string();
        match source {
            SecretSource::Env(names) => {
                let (name, secret) = self.variable(names, form)?;
                if form.is_path(secret.expose()) {
                    // The path isn't repeated: it may be a secret after all.
                    let source_name = format!("the file that environment variable {name} names");
                    return file(Path::new(secret.expose()), source_name, form);
                }
                Ok(Reading { secret, file: None })
            }
            SecretSource::File(path) => file(path, source_name, form),
            SecretSource::Credential(name) => {
                let Some(store) = &self.store else {
                    return Err(SecretError::NoStore { source_name });
                };
                match store.credential(name).await {
                    Ok(Some(secret)) => Ok(Reading { secret, file: None }),
                    Ok(None) => Err(SecretError::Missing { source_name }),
                    Err(source) => Err(SecretError::Store { source_name, source }),
                }
            }
        }
    }

    /// Whether a source leads to the very file that was read, and that hasn't
    /// changed since. Reads nothing.
    pub(super) fn is_unchanged(&self, source: &SecretSource, form: SecretForm, seen: &SeenFile) -> bool {
        let leads_there = match source {
            SecretSource::File(path) => *path == seen.path,
            SecretSource::Env(names) => self
                .variable(names, form)
                .is_ok_and(|(_, text)| form.is_path(text.expose()) && Path::new(text.expose()) == seen.path),
            SecretSource::Credential(_) => false,
        };
        leads_there && FileStamp::of_path(&seen.path) == Some(seen.stamp)
    }

    fn variable<'n>(
        &self,
        names: &'n [EnvName],
        form: SecretForm,
    ) -> Result<(&'n EnvName, Secret), SecretError> {
        for name in names {
            // A variable that is set to nothing counts as not set: that is how
            // shells and compose files take one away.
            let Some(value) = self.environment.variable(name.as_str()).filter(|value| !value.is_empty())
            else {
                continue;
            };
            let secret = value.into_string().map_err(|_| SecretFlaw::NotUtf8);
            let secret = secret.and_then(|text| of_form(form, text.into_bytes()));
            let source_name = format!("environment variable {name}");
            return secret
                .map(|secret| (name, secret))
                .map_err(|flaw| SecretError::Unusable { source_name, flaw });
        }
        let source_name = SecretSource::Env(names.to_vec()).to_string();
        Err(SecretError::Missing { source_name })
    }
}

fn file(path: &Path, source_name: String, form: SecretForm) -> Result<Reading, SecretError> {
    match read_file(path) {
        Err(source) => Err(SecretError::File { source_name, source }),
        Ok((bytes, stamp)) => match of_form(form, bytes) {
            Ok(secret) => Ok(Reading { secret, file: Some(SeenFile { path: path.to_owned(), stamp }) }),
            Err(flaw) => Err(SecretError::Unusable { source_name, flaw }),
        },
    }
}

fn of_form(form: SecretForm, bytes: Vec<u8>) -> Result<Secret, SecretFlaw> {
    match form {
        SecretForm::Line => Secret::new(bytes),
        SecretForm::Document(_) => Secret::document(bytes),
    }
}

/// One byte more than any secret has, so that a longer file is noticed.
const MOST: u64 = 64 * 1024 + 3;

fn read_file(path: &Path) -> std::io::Result<(Vec<u8>, FileStamp)> {
    let mut file = File::open(path)?;
    let stamp = FileStamp::of(&file.metadata()?);
    // Reserved whole, so that growing leaves no copies behind in memory.
    let mut bytes = Vec::with_capacity(MOST as usize);
    file.by_ref().take(MOST).read_to_end(&mut bytes)?;
    Ok((bytes, stamp))
}

impl FileStamp {
    fn of_path(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::of(&metadata))
    }

    fn of(metadata: &fs::Metadata) -> Self {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let number = 0;
        Self { modified: metadata.modified().ok(), length: metadata.len(), number }
    }
}
