//! What a component comes to once its parts are put together.
//!
//! Against: a component of a few hundred bytes that instantiates a part twice
//! which instantiates a part twice, and so on. Putting it together takes time
//! and memory without end, before any limit on instances is looked at. A part
//! is therefore counted as often as it is instantiated, before anything is
//! compiled.
//! Format: <https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md>.

use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    ComponentTypeRef, Parser, Payload,
};

/// The most bytes of definitions, parts counted as often as they are
/// instantiated; code and data don't count. Components as tools make them have
/// tens of kilobytes.
const MOST: u64 = 4 << 20;

/// The weight of a component, if it is known: one that comes in through an
/// import may be any.
type Weight = Option<u64>;

/// A component or, without parts, a module that is being read.
#[derive(Default)]
struct Level {
    weight: u64,
    /// Its index space of components.
    parts: Vec<Weight>,
    module: bool,
}

/// Passes if the component can be put together at little cost.
///
/// # Errors
/// In words, when it can't, or isn't well-formed.
pub(crate) fn check(component: &[u8]) -> Result<(), String> {
    let broken = |error: BinaryReaderError| error.to_string();
    let mut levels = vec![];
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(broken)?;
        match &payload {
            Payload::Version { .. } if levels.is_empty() => {
                levels.push(Level { weight: 1, ..Level::default() })
            }
            Payload::ModuleSection { .. } => levels.push(Level { module: true, ..Level::default() }),
            Payload::ComponentSection { .. } => levels.push(Level { weight: 1, ..Level::default() }),
            Payload::End(_) => {
                let (done, outer) = (levels.pop(), levels.last_mut());
                if let (Some(done), Some(outer)) = (done.filter(|level| !level.module), outer) {
                    outer.parts.push(Some(done.weight));
                }
            }
            _ => section(&payload, &mut levels).map_err(broken)??,
        }
    }
    Ok(())
}

/// Counts one section of the innermost level.
fn section(payload: &Payload<'_>, levels: &mut [Level]) -> Result<Result<(), String>, BinaryReaderError> {
    let Some((level, outer)) = levels.split_last_mut().filter(|(level, _)| !level.module) else {
        return Ok(Ok(()));
    };
    match payload {
        Payload::CustomSection(_) => return Ok(Ok(())),
        Payload::ComponentInstanceSection(instances) => {
            for instance in instances.clone() {
                let ComponentInstance::Instantiate { component_index, .. } = instance? else { continue };
                // An index beyond the end is for the compiler to refuse.
                let Some(part) = level.parts.get(component_index as usize) else { continue };
                let Some(weight) = part else {
                    return Ok(Err("it instantiates a component that it doesn't bring along: \
                                   put its parts into one file"
                        .to_owned()));
                };
                level.weight = level.weight.saturating_add(*weight);
            }
        }
        Payload::ComponentAliasSection(aliases) => {
            for alias in aliases.clone() {
                match alias? {
                    ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. } => {
                        level.parts.push(None);
                    }
                    ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, count, index } => {
                        let from = match count as usize {
                            0 => Some(&*level),
                            count => outer.len().checked_sub(count).and_then(|at| outer.get(at)),
                        };
                        let part = from.and_then(|level| level.parts.get(index as usize)).copied();
                        level.parts.push(part.flatten());
                    }
                    _ => {}
                }
            }
        }
        Payload::ComponentImportSection(imports) => {
            for import in imports.clone() {
                if let ComponentTypeRef::Component(_) = import?.ty {
                    level.parts.push(None);
                }
            }
        }
        Payload::ComponentExportSection(exports) => {
            for export in exports.clone() {
                let export = export?;
                if export.kind == ComponentExternalKind::Component {
                    let part = level.parts.get(export.index as usize).copied();
                    level.parts.push(part.flatten());
                }
            }
        }
        _ => {}
    }
    let bytes = payload.as_section().map_or(0, |(_, range)| range.len() as u64);
    level.weight = level.weight.saturating_add(bytes);
    if level.weight > MOST {
        return Ok(Err(format!(
            "with each part counted as often as it is instantiated, it has more than {} MiB of definitions: \
             instantiate fewer parts",
            MOST >> 20
        )));
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREAMBLE: [u8; 8] = *b"\0asm\x0d\0\x01\0";
    /// Two instances of component 0.
    const TWICE: [u8; 7] = [2, 0, 0, 0, 0, 0, 0];

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![id];
        let mut length = content.len();
        while length >= 0x80 {
            bytes.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend_from_slice(content);
        bytes
    }

    fn component(sections: &[Vec<u8>]) -> Vec<u8> {
        [PREAMBLE.to_vec(), sections.concat()].concat()
    }

    fn nested(depth: usize) -> Vec<u8> {
        (0..depth).fold(component(&[]), |inner, _| component(&[section(4, &inner), section(5, &TWICE)]))
    }

    #[test]
    fn a_component_without_parts_passes() {
        assert_eq!(check(&component(&[])), Ok(()));
        assert_eq!(check(&nested(4)), Ok(()));
    }

    #[test]
    fn parts_that_double_on_each_level_are_refused() {
        for depth in [24, 64, 200] {
            let bytes = nested(depth);
            assert!(bytes.len() < 8_000, "a small one: {}", bytes.len());
            assert!(check(&bytes).unwrap_err().contains("MiB"), "{depth}");
        }
    }

    #[test]
    fn parts_that_double_side_by_side_are_refused() {
        // Each begins with an alias of the one before it: sort component, outer, one level up.
        let doubles = |before: u8| component(&[section(6, &[1, 4, 2, 1, before]), section(5, &TWICE)]);
        let mut parts = vec![section(4, &component(&[]))];
        parts.extend((0..40).map(|before| section(4, &doubles(before))));
        assert_eq!(check(&component(&parts[..5])), Ok(()));
        assert!(check(&component(&parts)).unwrap_err().contains("MiB"));
    }

    #[test]
    fn parts_from_elsewhere_are_refused_where_they_are_instantiated() {
        // A type of components without anything in it, and an import of that type.
        let import = [section(7, &[1, 0x41, 0]), section(10, &[1, 0, 1, b'x', 4, 0])];
        assert_eq!(check(&component(&import)), Ok(()));
        let used = [import.concat(), section(5, &TWICE)];
        assert!(check(&component(&used)).unwrap_err().contains("bring along"));
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for bytes in [&[][..], b"\0asm", &component(&[vec![5, 9, 2, 0]]), &component(&[vec![5, 1, 2]])] {
            assert!(check(bytes).is_err(), "{bytes:?}");
        }
    }
}
