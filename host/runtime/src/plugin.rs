//! A loaded plugin: checked, compiled and linked, ready to be bound.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use semver::Version;
use wasmtime::Engine;
use wasmtime::component::{Component, InstancePre, Linker};

use crate::code_cache::{CodeCache, CodeOrigin};
use crate::component_section;
use crate::digest::Digest;
use crate::error::LoadError;
use crate::guests::Indices;
use crate::interface::{self, Interface};
use crate::manifest::Manifest;
use crate::state::State;

/// A plugin that is ready to be bound. Cloning is cheap and shares the code.
#[derive(Clone)]
pub struct Plugin {
    inner: Arc<Inner>,
}

struct Inner {
    manifest: Manifest,
    has_manifest: bool,
    digest: Digest,
    size: usize,
    path: Option<PathBuf>,
    code: CodeOrigin,
    interfaces: Vec<Interface>,
    pre: InstancePre<State>,
    indices: Indices,
}

impl Plugin {
    /// Checks, compiles and links a component. `name` is what a component
    /// without a manifest is called.
    pub(crate) fn load(
        engine: &Engine,
        linker: &Linker<State>,
        cache: &CodeCache,
        bytes: &[u8],
        name: &str,
        path: Option<&Path>,
    ) -> Result<Self, LoadError> {
        let written = component_section::read(bytes)?;
        let manifest = match &written {
            Some(text) => Manifest::parse(text, "plugin.toml")?,
            None => Manifest::without_capabilities(name)?,
        };
        let digest = Digest::of(bytes);
        let (component, code) = cache.load(engine, &digest, bytes)?;
        let interfaces = interface::exported(engine, &component)?;
        let pre = link(engine, linker, &component)?;
        let indices = Indices::new(&pre, &interfaces)
            .map_err(|error| LoadError::Export { message: format!("{error:#}") })?;
        Ok(Self {
            inner: Arc::new(Inner {
                manifest,
                has_manifest: written.is_some(),
                digest,
                size: bytes.len(),
                path: path.map(Path::to_owned),
                code,
                interfaces,
                pre,
                indices,
            }),
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.inner.manifest.name.as_str()
    }

    /// Its version.
    pub fn version(&self) -> &Version {
        &self.inner.manifest.version
    }

    /// What it asks for.
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// Whether it carries a manifest. One that doesn't has no capability.
    pub fn has_manifest(&self) -> bool {
        self.inner.has_manifest
    }

    /// Digest of its file.
    pub fn digest(&self) -> &Digest {
        &self.inner.digest
    }

    /// Length of its file in bytes.
    pub fn size(&self) -> usize {
        self.inner.size
    }

    /// Its file, if it came from one.
    pub fn path(&self) -> Option<&Path> {
        self.inner.path.as_deref()
    }

    /// Whether its code was compiled now or found in the cache.
    pub fn code_origin(&self) -> CodeOrigin {
        self.inner.code
    }

    /// What it can do, in the order of [`Interface::ALL`].
    pub fn interfaces(&self) -> &[Interface] {
        &self.inner.interfaces
    }

    /// Whether it exports an interface.
    pub fn has(&self, interface: Interface) -> bool {
        self.inner.interfaces.contains(&interface)
    }

    pub(crate) fn pre(&self) -> &InstancePre<State> {
        &self.inner.pre
    }

    pub(crate) fn indices(&self) -> &Indices {
        &self.inner.indices
    }

    /// Name and version, as messages show them.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.name(), self.version())
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name())
            .field("version", &self.version())
            .field("digest", self.digest())
            .field("interfaces", &self.interfaces())
            .finish_non_exhaustive()
    }
}

/// Links a component, or says which of its imports no plugin gets.
fn link(
    engine: &Engine,
    linker: &Linker<State>,
    component: &Component,
) -> Result<InstancePre<State>, LoadError> {
    linker.instantiate_pre(component).map_err(|error| {
        let ty = component.component_type();
        let mut refused: Vec<_> = ty
            .imports(engine)
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("wasi:sockets/"))
            .collect();
        refused.dedup();
        let message = if refused.is_empty() {
            format!("{error:#}")
        } else {
            format!(
                "{}: sockets and name look-up are closed to plugins; send requests through jackfield:plugin/http or wasi:http",
                refused.join(", ")
            )
        };
        LoadError::Import { message }
    })
}
