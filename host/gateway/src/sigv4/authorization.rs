//! What a client says about its signature: with which key, for what, and which
//! headers are in it.

use std::fmt;

use http::{HeaderMap, header::AUTHORIZATION};

use super::{ALGORITHM, SignatureError};

/// The longest name of a region or a service that is taken.
const LONGEST_NAME: usize = 64;

/// An `Authorization` header of this algorithm. Nothing in it is believed until
/// [`check`](super::check) says so.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Which key it claims to be signed with.
    pub access_key_id: String,
    /// What it was signed for.
    pub scope: Scope,
    /// The signed headers' names, in lower case and in order.
    pub(super) signed_headers: Vec<String>,
    /// The signature.
    pub(super) signature: [u8; 32],
}

/// What a signature is for: the credential scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The day, as `20150830`.
    pub date: String,
    /// The region. A gateway has none: whichever the client is set to.
    pub region: String,
    /// The service.
    pub service: String,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/aws4_request", self.date, self.region, self.service)
    }
}

/// Without the signature: who has it can send the same request again.
impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope)
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

impl Authorization {
    /// What these headers say; nothing where they have no `Authorization`, or
    /// one of another scheme (`Bearer`).
    ///
    /// # Errors
    /// When there are several, or one that isn't of this form.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, SignatureError> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Ok(None) };
        // Of a scheme that can't be read something else is made of it elsewhere.
        let Ok(text) = value.to_str() else { return Ok(None) };
        if !text.starts_with("AWS4") {
            return Ok(None);
        }
        if values.next().is_some() {
            return Err(SignatureError::Authorization("stands there more than once"));
        }
        Self::parse(text).map(Some)
    }

    fn parse(text: &str) -> Result<Self, SignatureError> {
        let wrong = SignatureError::Authorization;
        let (algorithm, rest) = text.split_once(' ').unwrap_or((text, ""));
        if algorithm != ALGORITHM {
            return Err(wrong("is of another algorithm than AWS4-HMAC-SHA256"));
        }
        let (mut credential, mut signed, mut signature) = (None, None, None);
        for part in rest.split(',') {
            let (name, value) = part.trim().split_once('=').ok_or(wrong("has a part without `=`"))?;
            let place = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed,
                "Signature" => &mut signature,
                _ => return Err(wrong("has a part that isn't Credential, SignedHeaders or Signature")),
            };
            if place.replace(value).is_some() {
                return Err(wrong("has a part twice"));
            }
        }
        let (access_key_id, scope) = read_credential(credential.ok_or(wrong("has no Credential"))?)?;
        let signed_headers = read_signed(signed.ok_or(wrong("has no SignedHeaders"))?)?;
        let signature = digest(signature.ok_or(wrong("has no Signature"))?)
            .ok_or(wrong("has a Signature that isn't 64 hexadecimal digits in lower case"))?;
        Ok(Self { access_key_id, scope, signed_headers, signature })
    }
}

fn read_credential(text: &str) -> Result<(String, Scope), SignatureError> {
    let wrong = || {
        SignatureError::Authorization(
            "has a Credential that isn't KEY-ID/YYYYMMDD/REGION/SERVICE/aws4_request",
        )
    };
    // From the end: the name of a key may have a slash in it.
    let mut parts = text.rsplitn(5, '/');
    let mut part = || parts.next().filter(|part| !part.is_empty()).ok_or_else(wrong);
    let (end, service, region, date, key) = (part()?, part()?, part()?, part()?, part()?);
    if end != "aws4_request" || date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let plain = |text: &str| {
        text.len() <= LONGEST_NAME
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if !plain(region) || !plain(service) {
        return Err(SignatureError::Authorization(
            "has a Credential whose region or service isn't of lower-case letters, digits and hyphens",
        ));
    }
    let scope = Scope { date: date.to_owned(), region: region.to_owned(), service: service.to_owned() };
    Ok((key.to_owned(), scope))
}

/// Their order is part of what is signed, so it is asked for rather than made.
fn read_signed(text: &str) -> Result<Vec<String>, SignatureError> {
    let names: Vec<String> = text.split(';').map(str::to_owned).collect();
    let small = |name: &String| !name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_uppercase());
    if names.iter().all(small) && names.is_sorted_by(|a, b| a < b) {
        return Ok(names);
    }
    Err(SignatureError::Authorization(
        "has SignedHeaders that aren't names in lower case, each once, in alphabetical order",
    ))
}

/// 32 bytes from their hexadecimal digits in lower case.
pub(super) fn digest(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let mut bytes = [0; 32];
    if pairs.len() != bytes.len() {
        return None;
    }
    for (place, [high, low]) in bytes.iter_mut().zip(pairs) {
        *place = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
