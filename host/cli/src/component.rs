//! What a component imports and exports, read from its bytes without compiling
//! it: enough to show a person what a file can do.

use anyhow::Context;
use jackfield::runtime::{Interface, compatible};
use wasmparser::{Encoding, Parser, Payload};

/// The package of the plugin contract.
const CONTRACT: &str = "jackfield:plugin/";

/// The names at a component's border.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

impl Outline {
    /// Reads the outermost component. Whether its code is valid isn't checked.
    pub(crate) fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let mut outline = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.context("the component is damaged")? {
                Payload::Version { encoding, .. } => {
                    depth += 1;
                    anyhow::ensure!(
                        depth > 1 || encoding == Encoding::Component,
                        "this is a core module, not a component"
                    );
                }
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 1 => {
                    for import in section {
                        outline.imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 1 => {
                    for export in section {
                        outline.exports.push(export?.name.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    /// The plugin interfaces among the exports.
    pub(crate) fn interfaces(&self) -> Vec<Interface> {
        let contract = self.exports.iter().filter_map(|name| name.strip_prefix(CONTRACT));
        let mut found: Vec<_> = contract
            .filter_map(|name| Interface::from_name(name.split('@').next().unwrap_or(name)))
            .collect();
        found.sort_unstable();
        found
    }

    /// The version of the contract that it was built for.
    pub(crate) fn api_version(&self) -> Option<&str> {
        self.versions().next()
    }

    /// A version of the contract that it wants and this host doesn't have.
    pub(crate) fn other_contract(&self) -> Option<&str> {
        self.versions().find(|version| !compatible(version))
    }

    fn versions(&self) -> impl Iterator<Item = &str> {
        let names = self.exports.iter().chain(&self.imports);
        let contract = names.filter_map(|name| name.strip_prefix(CONTRACT));
        contract.filter_map(|name| name.split_once('@').map(|(_, version)| version))
    }

    /// Imports by which it would get around the host's checks, and which no
    /// plugin gets.
    pub(crate) fn refused(&self) -> Vec<&str> {
        self.imports.iter().map(String::as_str).filter(|name| name.starts_with("wasi:sockets/")).collect()
    }

    /// Packages that it imports from, each once, with their version.
    pub(crate) fn packages(&self) -> Vec<String> {
        let mut packages: Vec<String> = Vec::new();
        for name in &self.imports {
            let (path, version) =
                name.split_once('@').map_or((name.as_str(), None), |(path, v)| (path, Some(v)));
            let package = path.split('/').next().unwrap_or(path);
            let shown = version.map_or_else(|| package.to_owned(), |version| format!("{package}@{version}"));
            if !packages.contains(&shown) {
                packages.push(shown);
            }
        }
        packages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline() -> Outline {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Outline {
            imports: names(&[
                "jackfield:plugin/types@0.1.0",
                "jackfield:plugin/http@0.1.0",
                "wasi:io/streams@0.2.6",
                "wasi:sockets/tcp@0.2.6",
            ]),
            exports: names(&["jackfield:plugin/models@0.1.0", "jackfield:plugin/llm@0.1.0"]),
        }
    }

    #[test]
    fn what_it_can_do_and_for_which_contract_comes_from_its_own_names() {
        assert_eq!(outline().interfaces(), [Interface::Llm, Interface::Models]);
        assert_eq!(outline().api_version(), Some("0.1.0"));
        assert_eq!(outline().other_contract(), None);
        let exports = vec!["jackfield:plugin/llm@0.2.0".to_owned()];
        assert_eq!(Outline { exports, imports: Vec::new() }.other_contract(), Some("0.2.0"));
    }

    #[test]
    fn sockets_stand_out() {
        assert_eq!(outline().refused(), ["wasi:sockets/tcp@0.2.6"]);
    }

    #[test]
    fn packages_are_named_once() {
        assert_eq!(outline().packages(), ["jackfield:plugin@0.1.0", "wasi:io@0.2.6", "wasi:sockets@0.2.6"]);
    }

    #[test]
    fn what_is_no_component_is_refused() {
        assert!(Outline::read(b"\0asm\x01\0\0\0").is_err());
        assert!(Outline::read(b"nonsense").is_err());
    }
}
