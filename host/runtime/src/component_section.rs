//! Keeps a plugin's manifest inside its component, as the custom section
//! `jackfield:manifest`, so that a plugin is one file and what it asks for
//! can't be mislaid.
//!
//! Only sections of the outermost component count: a manifest inside a nested
//! component or module says nothing about the plugin. Two manifests are refused,
//! or one reader could be shown the first and another the second. What is read
//! here is untrusted; nothing in it can make this code panic or allocate more
//! than the file's own size.
//! Format: <https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md>.

use std::borrow::Cow;

/// The name of the custom section that holds the manifest.
pub const SECTION: &str = "jackfield:manifest";

/// The most bytes that a manifest may have.
pub const MANIFEST_LIMIT: usize = 64 * 1024;

const PREAMBLE: [u8; 8] = *b"\0asm\x0d\0\x01\0";
const MODULE: [u8; 4] = [1, 0, 0, 0];
const CUSTOM: u8 = 0;

/// Why a manifest can't be read from a component or written to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SectionError {
    /// The text form of WebAssembly.
    #[error(
        "this is the text form of WebAssembly, not a component: turn it into bytes with `wasm-tools parse`"
    )]
    Text,
    /// A core module.
    #[error(
        "this is a core module, not a component: build for the target wasm32-wasip2, or wrap it with `wasm-tools component new`"
    )]
    CoreModule,
    /// A component of another version of the binary format.
    #[error(
        "this component has version {version} of the binary format, this host reads 13: build it with current tools"
    )]
    Version {
        /// The version that it says.
        version: u16,
    },
    /// Something else altogether.
    #[error(
        "this isn't a WebAssembly component: it doesn't begin with its four magic bytes; name the .wasm file that the build made"
    )]
    NotWasm,
    /// The bytes end within a section.
    #[error(
        "the component is cut off: the section at byte {offset} reaches beyond its end; copy or build the file again"
    )]
    Truncated {
        /// Where the section begins.
        offset: usize,
    },
    /// A length or name that the format doesn't allow.
    #[error("the component is damaged: the section at byte {offset} {what}; build the file again")]
    Malformed {
        /// Where the section begins.
        offset: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// More than one manifest.
    #[error(
        "the component has {count} manifests, so what it asks for is ambiguous: pack it again with `jackfield plugin pack`"
    )]
    Several {
        /// How many.
        count: usize,
    },
    /// A manifest that is too long.
    #[error("the manifest has {size} bytes, the most is {MANIFEST_LIMIT}: shorten it")]
    TooLong {
        /// How long it is.
        size: usize,
    },
    /// A manifest that isn't text.
    #[error("the manifest isn't UTF-8: save plugin.toml as UTF-8 and pack it again")]
    NotUtf8,
}

/// The manifest of a component, or nothing where it has none.
pub fn read(component: &[u8]) -> Result<Option<&str>, SectionError> {
    let mut found = None;
    let mut count = 0;
    for section in Sections::of(component)? {
        if let Some(manifest) = section?.manifest {
            count += 1;
            found = Some(manifest);
        }
    }
    match (count, found) {
        (2.., _) => Err(SectionError::Several { count }),
        (_, None) => Ok(None),
        (_, Some(manifest)) => {
            check_size(manifest.len())?;
            std::str::from_utf8(manifest).map(Some).map_err(|_| SectionError::NotUtf8)
        }
    }
}

/// The component with this manifest, in place of every one it had.
pub fn write(component: &[u8], manifest: &str) -> Result<Vec<u8>, SectionError> {
    check_size(manifest.len())?;
    let mut packed = without(component)?.into_owned();
    let mut payload = Vec::with_capacity(SECTION.len() + manifest.len() + 1);
    write_length(&mut payload, SECTION.len());
    payload.extend_from_slice(SECTION.as_bytes());
    payload.extend_from_slice(manifest.as_bytes());
    packed.push(CUSTOM);
    write_length(&mut packed, payload.len());
    packed.append(&mut payload);
    Ok(packed)
}

/// The component without any manifest.
pub fn without(component: &[u8]) -> Result<Cow<'_, [u8]>, SectionError> {
    let sections = Sections::of(component)?.collect::<Result<Vec<_>, _>>()?;
    if sections.iter().all(|section| section.manifest.is_none()) {
        return Ok(Cow::Borrowed(component));
    }
    let mut rest = PREAMBLE.to_vec();
    for section in sections.iter().filter(|section| section.manifest.is_none()) {
        rest.extend_from_slice(section.bytes);
    }
    Ok(Cow::Owned(rest))
}

fn check_size(size: usize) -> Result<(), SectionError> {
    if size > MANIFEST_LIMIT { Err(SectionError::TooLong { size }) } else { Ok(()) }
}

/// One section of the outermost component.
struct Section<'c> {
    /// All of it, its id and length included.
    bytes: &'c [u8],
    /// The manifest, if that is what it holds.
    manifest: Option<&'c [u8]>,
}

struct Sections<'c> {
    component: &'c [u8],
    offset: usize,
}

impl<'c> Sections<'c> {
    fn of(component: &'c [u8]) -> Result<Self, SectionError> {
        if let Some(preamble) = component.first_chunk::<8>() {
            if *preamble == PREAMBLE {
                return Ok(Self { component, offset: PREAMBLE.len() });
            }
            if let [b'\0', b'a', b's', b'm', low, high, layer, 0] = *preamble {
                return Err(match [low, high, layer, 0] {
                    MODULE => SectionError::CoreModule,
                    _ => SectionError::Version { version: u16::from_le_bytes([low, high]) },
                });
            }
        }
        let text = component.trim_ascii_start();
        let is_text = text.starts_with(b"(") || text.starts_with(b";;");
        Err(if is_text { SectionError::Text } else { SectionError::NotWasm })
    }

    fn read_section(&mut self) -> Result<Section<'c>, SectionError> {
        let start = self.offset;
        let all = &self.component[start..];
        let mut rest = &all[1..];
        let size = read_length(&mut rest, start)?;
        let (payload, after) =
            rest.split_at_checked(size).ok_or(SectionError::Truncated { offset: start })?;
        let length = all.len() - after.len();
        self.offset = start + length;
        let manifest = if all[0] == CUSTOM { manifest_in(payload, start)? } else { None };
        Ok(Section { bytes: &all[..length], manifest })
    }
}

impl<'c> Iterator for Sections<'c> {
    type Item = Result<Section<'c>, SectionError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.offset >= self.component.len() {
            return None;
        }
        let section = self.read_section();
        if section.is_err() {
            self.offset = self.component.len();
        }
        Some(section)
    }
}

fn manifest_in(mut payload: &[u8], offset: usize) -> Result<Option<&[u8]>, SectionError> {
    let size = read_length(&mut payload, offset)?;
    let (name, content) = payload
        .split_at_checked(size)
        .ok_or(SectionError::Malformed { offset, what: "is shorter than its own name" })?;
    Ok((name == SECTION.as_bytes()).then_some(content))
}

/// Reads an unsigned LEB128 number of at most 32 bits.
fn read_length(bytes: &mut &[u8], offset: usize) -> Result<usize, SectionError> {
    let mut value = 0_u64;
    for place in 0..5 {
        let (&byte, rest) = bytes.split_first().ok_or(SectionError::Truncated { offset })?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return u32::try_from(value)
                .ok()
                .and_then(|value| usize::try_from(value).ok())
                .ok_or(SectionError::Malformed { offset, what: "has a length over 32 bits" });
        }
    }
    Err(SectionError::Malformed { offset, what: "has a length of more than five bytes" })
}

fn write_length(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests;
