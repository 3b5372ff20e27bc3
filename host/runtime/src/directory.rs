//! Folders that a plugin may use: asked for by name in the manifest, granted
//! with a path by the operator, opened through cap-std so that nothing leads out
//! of them.

use std::path::PathBuf;

/// A folder that a guest sees as `/NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantedDirectory {
    /// Its name in the manifest.
    pub(crate) name: String,
    /// Where it is on the host.
    pub(crate) path: PathBuf,
    /// Whether the guest may change what is in it: asked for and granted.
    pub(crate) writable: bool,
}
