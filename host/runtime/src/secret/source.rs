//! Where a secret comes from, as the operator writes it.

use std::fmt;
use std::path::PathBuf;

use crate::manifest::name::{CredentialName, EnvName};
use crate::settings::document::Node;
use crate::settings::path;

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// `{ env = "NAME" }`: the first of these environment variables that is set.
    Env(Vec<EnvName>),
    /// `{ file = "PATH" }`: all of a file but one line break at its end.
    File(PathBuf),
    /// `{ credential = "NAME" }`: the store.
    Credential(CredentialName),
}

/// What stands where a secret's source is wanted. Messages about it never
/// repeat what was written: it may be the secret itself.
const FORMS: &str = "write { env = \"VARIABLE\" }, { file = \"PATH\" } or { credential = \"NAME\" }";

impl SecretSource {
    /// Reads `{ env = "..." }` and the like. What is wrong with it was reported
    /// where there is nothing.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        if !node.is_table() {
            node.reject(format!("a secret itself has no place in this file: {FORMS}"));
            return None;
        }
        let mut fields = node.fields()?;
        let env = fields.take("env");
        let file = fields.take("file");
        let credential = fields.take("credential");
        let source = match (env, file, credential) {
            (Some(node), None, None) => variables(&node).map(Self::Env),
            (None, Some(node), None) => path(&node).map(Self::File),
            (None, None, Some(node)) => {
                let name = node.string()?.parse();
                name.map_err(|_| node.reject("this isn't the name of a credential: write lower-case letters, digits and single hyphens"))
                    .map(Self::Credential)
                    .ok()
            }
            (None, None, None) => {
                node.reject(format!("this secret comes from nowhere: {FORMS}"));
                None
            }
            _ => {
                node.reject(format!("this secret has more than one source: {FORMS}"));
                None
            }
        };
        fields.finish();
        source
    }

    /// The path in it, if it has one.
    pub(crate) fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::File(path) => Some(path),
            Self::Env(_) | Self::Credential(_) => None,
        }
    }
}

fn variables(node: &Node<'_>) -> Option<Vec<EnvName>> {
    let variable = |node: &Node<'_>| {
        let wrong = |_| {
            node.reject(
                "this isn't the name of an environment variable: write letters, digits and underscores",
            )
        };
        node.string()?.parse().map_err(wrong).ok()
    };
    if node.value().is_str() {
        return variable(node).map(|name| vec![name]);
    }
    let names = node.list(|entry| variable(&entry))?;
    if names.is_empty() {
        node.reject("no environment variable is named: write at least one");
    }
    Some(names)
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(names) => {
                let names: Vec<&str> = names.iter().map(EnvName::as_str).collect();
                write!(f, "environment variable {}", names.join(" or "))
            }
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Credential(name) => write!(f, "credential {name}"),
        }
    }
}
