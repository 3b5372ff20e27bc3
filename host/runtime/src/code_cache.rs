//! Compiled code on disk, so that a plugin is compiled once per machine.
//!
//! Compiled code runs with all rights of the host: whoever can write this folder
//! owns the process. It must therefore belong to the user and be closed to
//! others, which is checked on opening. Within it, files are written aside and
//! renamed into place, so that concurrent writers and killed ones leave either a
//! whole file or none, and each carries its length and a checksum, so that a
//! truncated or damaged one is compiled anew instead of executed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::component_weight;
use crate::digest::Digest;
use crate::error::{HostError, LoadError};

/// First bytes of every file; the digit changes with the layout.
const MAGIC: &[u8; 8] = b"JFcode1\n";
/// Magic, length of the code (8 bytes, little endian), CRC-32 of it (4 bytes).
const HEADER: usize = 20;

/// How a component's code was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeOrigin {
    /// Compiled, because there is no cache or it didn't have it.
    Compiled,
    /// Read from the cache.
    Cached,
}

/// The folder, or none.
#[derive(Debug, Clone)]
pub(crate) struct CodeCache {
    folder: Option<PathBuf>,
}

impl CodeCache {
    /// Opens the folder, making it if need be.
    pub(crate) fn open(folder: Option<PathBuf>) -> Result<Self, HostError> {
        if let Some(path) = &folder {
            private_folder(path).map_err(|reason| HostError::CacheFolder { path: path.clone(), reason })?;
        }
        Ok(Self { folder })
    }

    /// The component's code: from the folder, or compiled and put there.
    pub(crate) fn load(
        &self,
        engine: &Engine,
        digest: &Digest,
        bytes: &[u8],
    ) -> Result<(Component, CodeOrigin), LoadError> {
        let path = self.folder.as_ref().map(|folder| folder.join(file_name(engine, digest)));
        if let Some(component) = path.as_deref().and_then(|path| read(engine, path)) {
            return Ok((component, CodeOrigin::Cached));
        }
        component_weight::check(bytes).map_err(|reason| LoadError::NotAComponent { reason })?;
        let component = Component::new(engine, bytes)
            .map_err(|error| LoadError::NotAComponent { reason: format!("{error:#}") })?;
        if let (Some(folder), Some(path)) = (&self.folder, &path)
            && let Err(error) = write(folder, path, &component)
        {
            tracing::warn!(path = %path.display(), %error, "compiled code could not be kept; it will be compiled again next time");
        }
        Ok((component, CodeOrigin::Compiled))
    }
}

/// Content digest and everything of the engine that the code depends on.
fn file_name(engine: &Engine, digest: &Digest) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{}-{:016x}.code", digest.hex(), hasher.finish())
}

fn read(engine: &Engine, path: &Path) -> Option<Component> {
    let file = std::fs::read(path).ok()?;
    let Some(code) = checked(&file) else {
        tracing::warn!(path = %path.display(), "cached code is damaged; compiling it again");
        return None;
    };
    // SAFETY: `deserialize` demands bytes that `Component::serialize` made. The
    // folder was checked to be writable by this user alone, and the length and
    // checksum show that the file is what a host wrote, whole. A file of another
    // engine version or configuration is refused by `deserialize` itself.
    match unsafe { Component::deserialize(engine, code) } {
        Ok(component) => Some(component),
        Err(error) => {
            tracing::warn!(path = %path.display(), error = %format!("{error:#}"), "cached code doesn't fit; compiling it again");
            None
        }
    }
}

fn checked(file: &[u8]) -> Option<&[u8]> {
    let (header, code) = file.split_at_checked(HEADER)?;
    let (magic, rest) = header.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let (checksum, _) = rest.split_first_chunk::<4>()?;
    let whole = magic == MAGIC
        && u64::from_le_bytes(*length) == code.len() as u64
        && u32::from_le_bytes(*checksum) == crc32fast::hash(code);
    whole.then_some(code)
}

fn write(folder: &Path, path: &Path, component: &Component) -> Result<(), String> {
    let code = component.serialize().map_err(|error| format!("{error:#}"))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| error.to_string())?;
    let length = (code.len() as u64).to_le_bytes();
    let checksum = crc32fast::hash(&code).to_le_bytes();
    for part in [MAGIC.as_slice(), &length, &checksum, &code] {
        file.write_all(part).map_err(|error| error.to_string())?;
    }
    file.persist(path).map(drop).map_err(|error| error.to_string())
}

/// Makes the folder, closed to others, or checks that it is.
fn private_folder(path: &Path) -> Result<(), String> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| error.to_string())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let meta = std::fs::metadata(path).map_err(|error| error.to_string())?;
        if meta.mode() & 0o022 != 0 {
            return Err(format!(
                "others may write to it (mode {:o}), and compiled code from it runs unchecked; run chmod 700 on it",
                meta.mode() & 0o777
            ));
        }
        // Of two files made one after the other by this process, both have the
        // user that this process runs as: that is how std tells us who we are.
        let own = tempfile::tempfile_in(path)
            .and_then(|file| file.metadata())
            .map_err(|error| error.to_string())?;
        if own.uid() != meta.uid() {
            return Err("it belongs to another user, and compiled code from it runs unchecked".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(code: &[u8]) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        file.extend((code.len() as u64).to_le_bytes());
        file.extend(crc32fast::hash(code).to_le_bytes());
        file.extend(code);
        file
    }

    #[test]
    fn a_whole_file_gives_its_code() {
        assert_eq!(checked(&framed(b"code")), Some(b"code".as_slice()));
    }

    #[test]
    fn every_truncation_is_noticed() {
        let file = framed(b"some compiled code");
        for length in 0..file.len() {
            assert_eq!(checked(&file[..length]), None, "cut at {length}");
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let file = framed(b"code");
        for bit in 0..file.len() * 8 {
            let mut damaged = file.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(checked(&damaged), None, "bit {bit}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_may_write_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let error = CodeCache::open(Some(folder.path().to_owned())).unwrap_err();
        assert!(error.to_string().contains("others may write"), "{error}");
    }

    #[test]
    fn a_missing_folder_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        CodeCache::open(Some(inner.clone())).unwrap();
        assert!(inner.is_dir());
        #[cfg(unix)]
        for made in [folder.path().join("a"), inner] {
            use std::os::unix::fs::MetadataExt;
            let mode = std::fs::metadata(&made).unwrap().mode();
            assert_eq!(mode & 0o777, 0o700, "{} is closed to others", made.display());
        }
    }
}
