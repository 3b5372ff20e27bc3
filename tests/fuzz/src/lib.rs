//! What the fuzz targets share, and the modules that they work on.
//!
//! The modules are the runtime's own files. They are included one by one,
//! because the runtime as a whole brings a compiler for WebAssembly along,
//! which takes minutes to build and hours to run under a sanitizer. Of the way
//! out, that is what decides where to: the rest needs a network.
//!
//! With the stable compiler the targets are programs that try the files named
//! on their command line, as a crash that the fuzzer wrote down; a test does so
//! with the committed seeds. Only `cargo fuzz` builds the fuzzer itself.

#![allow(dead_code, unused_imports, reason = "no target uses all of a module")]

#[path = "../../../host/runtime/src"]
mod runtime {
    pub mod config_file;
    pub mod digest;
    pub mod frame;
    pub mod manifest;
    pub mod secret;
    pub mod settings;

    pub mod egress {
        pub mod address;
        pub mod methods;
        pub mod origin;
        pub mod policy;
        pub mod refusal;
        pub mod url;
    }
}

// They name each other from the root of their crate.
pub use runtime::{config_file, digest, egress, frame, manifest, secret, settings};

pub mod pieces;
pub mod targets;

use std::path::Path;

#[cfg(fuzzing)]
#[doc(hidden)]
pub use libfuzzer_sys;

/// The main function of a target: the fuzzer's, or one that tries files.
#[macro_export]
macro_rules! target {
    (|$sample:ident: $type:ty| $check:expr) => {
        #[cfg(fuzzing)]
        $crate::libfuzzer_sys::fuzz_target!(|$sample: $type| $check);

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            for path in std::env::args_os().skip(1) {
                $crate::try_file(path.as_ref(), |$sample: $type| $check)?;
            }
            Ok(())
        }
    };
}

/// What a target takes.
pub trait Sample {
    /// The input that the fuzzer would make of a file, if any.
    fn of(bytes: &[u8]) -> Option<&Self>;
}

impl Sample for [u8] {
    fn of(bytes: &[u8]) -> Option<&Self> {
        Some(bytes)
    }
}

impl Sample for str {
    fn of(bytes: &[u8]) -> Option<&Self> {
        std::str::from_utf8(bytes).ok()
    }
}

/// Tries a file, or all files of a folder. Panics where the target does.
///
/// # Errors
/// Where it can't be read.
pub fn try_file<T: Sample + ?Sized>(path: &Path, check: fn(&T)) -> std::io::Result<usize> {
    if path.is_dir() {
        let entries = std::fs::read_dir(path)?;
        return entries.map(|entry| try_file(&entry?.path(), check)).sum();
    }
    let bytes = std::fs::read(path)?;
    Ok(T::of(&bytes).map(check).map_or(0, |()| 1))
}
