//! Which interfaces a component exports, and for which version of the contract
//! it was built. Both are read from the component's own type, never told.

use std::fmt;

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::LoadError;

/// The version of the contract that this host carries. Semver compatibility
/// applies: a plugin built for any 0.1.x loads.
pub const API_VERSION: &str = "0.1.0";

const PACKAGE: &str = "jackfield:plugin/";

/// What a plugin can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Interface {
    /// Chat.
    Llm,
    /// Embeddings.
    Embedding,
    /// Reranking.
    Rerank,
    /// Speech to text.
    Transcription,
    /// Text to speech.
    Speech,
    /// Vector storage and search.
    VectorStore,
    /// Observability.
    Callback,
    /// Tools.
    Tool,
    /// Dialects whose bytes pass undecoded.
    Passthrough,
    /// Model list.
    Models,
}

impl Interface {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Llm,
        Self::Embedding,
        Self::Rerank,
        Self::Transcription,
        Self::Speech,
        Self::VectorStore,
        Self::Callback,
        Self::Tool,
        Self::Passthrough,
        Self::Models,
    ];

    /// Its name in the contract, as in `vector-store`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Llm => "llm",
            Self::Embedding => "embedding",
            Self::Rerank => "rerank",
            Self::Transcription => "transcription",
            Self::Speech => "speech",
            Self::VectorStore => "vector-store",
            Self::Callback => "callback",
            Self::Tool => "tool",
            Self::Passthrough => "passthrough",
            Self::Models => "models",
        }
    }

    /// The interface of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads the interfaces that a component exports, and refuses one that was
/// built for a version of the contract that this host doesn't carry.
pub(crate) fn exported(engine: &Engine, component: &Component) -> Result<Vec<Interface>, LoadError> {
    let ty = component.component_type();
    let imports = ty.imports(engine).map(|(name, _)| name);
    for name in imports.chain(ty.exports(engine).map(|(name, _)| name)) {
        let Some(rest) = name.strip_prefix(PACKAGE) else {
            continue;
        };
        let version = rest.split_once('@').map_or("", |(_, version)| version);
        if !compatible(version) {
            return Err(LoadError::ApiVersion { item: name.to_owned(), version: version.to_owned() });
        }
    }
    let mut found: Vec<_> = ty
        .exports(engine)
        .filter_map(|(name, _)| {
            let (name, _) = name.strip_prefix(PACKAGE)?.split_once('@')?;
            Interface::from_name(name)
        })
        .collect();
    found.sort_unstable();
    if found.is_empty() {
        return Err(LoadError::NoInterface {
            exports: ty.exports(engine).map(|(name, _)| name.to_owned()).collect(),
        });
    }
    Ok(found)
}

/// Whether a plugin built for `version` runs on this host: while the major
/// version is 0, the minor one must be the same.
pub fn compatible(version: &str) -> bool {
    let Ok(built_for) = semver::Version::parse(version) else {
        return false;
    };
    let Ok(accepted) = semver::VersionReq::parse(&format!("^{API_VERSION}")) else {
        return false;
    };
    accepted.matches(&built_for)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patch_releases_of_the_same_minor_version_are_compatible() {
        assert!(compatible("0.1.0"));
        assert!(compatible("0.1.9"));
    }

    #[test]
    fn other_minor_and_major_versions_are_not() {
        for version in ["0.0.9", "0.2.0", "0.9.0", "1.0.0", "", "x"] {
            assert!(!compatible(version), "{version}");
        }
    }

    #[test]
    fn every_interface_is_found_by_its_own_name() {
        for interface in Interface::ALL {
            assert_eq!(Interface::from_name(interface.name()), Some(interface));
        }
        assert_eq!(Interface::from_name("types"), None);
    }
}
