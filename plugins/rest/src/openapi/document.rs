//! A document as a whole: its version, its references, its servers.

use serde_json::Value;

use crate::flaw::Flaw;
use crate::pointer::Pointer;

/// The most references that lead from one to the next.
const HOPS: usize = 20;

/// A document of a version that is known here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'d> {
    pub(super) root: &'d Value,
    /// Whether its schemas are those of 3.0, which aren't JSON Schema.
    pub(super) is_old: bool,
}

impl<'d> Document<'d> {
    pub(super) fn read(root: &'d Value) -> Result<Document<'d>, Flaw> {
        if root.get("swagger").is_some() {
            return Err(Flaw::new("swagger", "this is Swagger 2.0: convert the document to OpenAPI 3"));
        }
        let version = root.get("openapi").and_then(Value::as_str).unwrap_or_default();
        if !["3.0.", "3.1.", "3.2."].iter().any(|known| version.starts_with(known)) {
            return Err(Flaw::new(
                "openapi",
                "this isn't an OpenAPI document of version 3.0, 3.1 or 3.2: give one",
            ));
        }
        Ok(Document { root, is_old: version.starts_with("3.0.") })
    }

    /// The value itself, or what it refers to.
    pub(super) fn resolve(&self, value: &'d Value) -> Result<&'d Value, String> {
        let mut value = value;
        for _ in 0..HOPS {
            match value.get("$ref").and_then(Value::as_str) {
                Some(reference) => value = self.target(reference)?,
                None => return Ok(value),
            }
        }
        Err("its references go round in circles".to_owned())
    }

    /// What a reference refers to.
    pub(super) fn target(&self, reference: &str) -> Result<&'d Value, String> {
        let Some(pointer) = reference.strip_prefix('#') else {
            return Err(format!("`{reference}` is in another document: bundle them into one"));
        };
        let decoded = decode(pointer).ok_or_else(|| format!("`{reference}` isn't a reference"))?;
        Pointer::parse(&decoded)?.get(self.root).ok_or_else(|| format!("there is nothing at `{reference}`"))
    }
}

/// A reference's fragment without its percent-encoding.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

/// Where the document says that the API lives, with the defaults of what is
/// variable in it: advice for an operator who has named no base URL.
pub(crate) fn server(root: &Value) -> Option<String> {
    let server = root.get("servers")?.get(0)?;
    let mut url = server.get("url")?.as_str()?.to_owned();
    if let Some(Value::Object(variables)) = server.get("variables") {
        for (name, variable) in variables {
            let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    let plain = url.bytes().all(|c| (b'!'..=b'~').contains(&c)) && url.len() < 500;
    (plain && (url.starts_with("https://") || url.starts_with("http://")))
        .then(|| url.trim_end_matches('/').to_owned())
}
