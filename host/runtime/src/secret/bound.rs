//! A provider's secret that follows its source.

use std::sync::{Arc, PoisonError, RwLock};

use super::reader::{FileStamp, Reading, SecretReader};
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
    stamp: Option<FileStamp>,
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
        let Reading { secret, stamp } = reader.reading(&source, form).await?;
        let current = RwLock::new(Current { secret: Arc::new(secret), stamp });
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

    /// Reads the source again if it may have changed: a file when its time or
    /// length did, everything else always. Returns whether the secret is
    /// another one than before. Call it every few seconds and after the
    /// upstream has refused the secret.
    ///
    /// # Errors
    /// Where the source can't be read any more. The old secret stays: a file
    /// that is just being replaced must not stop traffic.
    pub async fn refresh(&self) -> Result<bool, SecretError> {
        if let SecretSource::File(path) = &self.source {
            let seen = self.current.read().unwrap_or_else(PoisonError::into_inner).stamp;
            if seen.is_some() && FileStamp::of_path(path) == seen {
                return Ok(false);
            }
        }
        let Reading { secret, stamp } = self.reader.reading(&self.source, self.form).await?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.stamp = stamp;
        let changed = !current.secret.same_as(&secret);
        if changed {
            current.secret = Arc::new(secret);
        }
        Ok(changed)
    }
}

#[cfg(test)]
mod tests;
