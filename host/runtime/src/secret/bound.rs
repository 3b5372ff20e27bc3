//! A provider's secret that follows its source.

use std::sync::{Arc, PoisonError, RwLock};

use super::reader::{Reading, SecretReader, SeenFile};
use super::{Secret, SecretError, SecretForm, SecretSource};

/// A secret with its source. Reading it takes no I/O; [`BoundSecret::refresh`]
/// follows the source, so that a rotated key needs no restart.
#[derive(Debug)]
pub struct BoundSecret {
    reader: SecretReader,
    source: SecretSource,
    form: SecretForm,
    current: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    secret: Arc<Secret>,
    file: Option<SeenFile>,
}

impl BoundSecret {
    /// Reads a secret for the first time.
    ///
    /// # Errors
    /// See [`SecretReader::read`].
    pub async fn bind(
        reader: &SecretReader,
        source: SecretSource,
        form: SecretForm,
    ) -> Result<Self, SecretError> {
        let Reading { secret, file } = reader.reading(&source, form).await?;
        let current = RwLock::new(Current { secret: Arc::new(secret), file });
        Ok(Self { reader: reader.clone(), source, form, current })
    }

    /// Where it comes from.
    pub fn source(&self) -> &SecretSource {
        &self.source
    }

    /// The secret as it was last read.
    pub fn get(&self) -> Arc<Secret> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current.secret)
    }

    /// Whether it was read from a file, named by the operator or by the
    /// environment variable that he named.
    pub fn is_of_file(&self) -> bool {
        self.current.read().unwrap_or_else(PoisonError::into_inner).file.is_some()
    }

    /// Reads the source again if it may have changed: a file when its time or
    /// length did or another takes its place, everything else always. Returns
    /// whether the secret is another one than before. Call it every few seconds
    /// and after the upstream has refused the secret.
    ///
    /// # Errors
    /// Where the source can't be read any more. The old secret stays: a file
    /// that is just being replaced must not stop traffic.
    pub async fn refresh(&self) -> Result<bool, SecretError> {
        let unchanged = {
            let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
            let file = current.file.as_ref();
            file.is_some_and(|seen| self.reader.is_unchanged(&self.source, self.form, seen))
        };
        if unchanged { Ok(false) } else { self.read_again().await }
    }

    /// The same, whether or not it may have changed.
    ///
    /// # Errors
    /// As [`BoundSecret::refresh`].
    pub async fn read_again(&self) -> Result<bool, SecretError> {
        let Reading { secret, file } = self.reader.reading(&self.source, self.form).await?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.file = file;
        let changed = !current.secret.same_as(&secret);
        if changed {
            current.secret = Arc::new(secret);
        }
        Ok(changed)
    }
}

#[cfg(test)]
mod tests;
