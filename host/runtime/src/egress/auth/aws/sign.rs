//! One signature: the request as it stands, one set of keys, one moment.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as sign_v4};
use aws_sigv4::sign::v4::SigningParams;
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};

use super::super::AuthError;
use crate::egress::transport::OutgoingRequest;

/// `x-amz-date`.
const DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// `x-amz-security-token`.
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// `x-amz-content-sha256`: not sent, but services would read a guest's.
const DIGEST: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// The headers that are nobody else's to write.
pub(super) const HEADERS: [HeaderName; 4] = [AUTHORIZATION, DATE, TOKEN, DIGEST];

/// What a signature is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The service's signing name.
    pub service: String,
    /// The region.
    pub region: String,
}

/// A request, as far as it is signed.
pub(super) struct Parts<'r> {
    pub(super) method: &'r str,
    pub(super) url: &'r str,
    pub(super) headers: Vec<(&'r str, &'r str)>,
    pub(super) body: &'r [u8],
}

/// Signs a request as it will go out: all its headers but those that change on
/// the way, its whole body, and its path encoded once more than it is sent.
pub(super) fn sign(
    request: &mut OutgoingRequest,
    credentials: &Credentials,
    scope: &Scope,
    at: SystemTime,
) -> Result<(), AuthError> {
    // A value that isn't text can't be signed, and needn't be.
    let headers =
        request.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let parts = Parts {
        method: request.method.as_str(),
        url: request.url.as_str(),
        headers: headers.collect(),
        body: &request.body,
    };
    let written = headers_of(parts, credentials, scope, at, SigningSettings::default())?;
    for (name, value) in written {
        request.headers.insert(name, value);
    }
    Ok(())
}

/// The headers that make the request a signed one.
pub(super) fn headers_of(
    parts: Parts<'_>,
    credentials: &Credentials,
    scope: &Scope,
    at: SystemTime,
    settings: SigningSettings,
) -> Result<Vec<(HeaderName, HeaderValue)>, AuthError> {
    let wrong = |reason: String| AuthError::Signing(reason);
    let identity = credentials.clone().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(&scope.region)
        .name(&scope.service)
        .time(at)
        .settings(settings)
        .build()
        .map_err(|error| wrong(error.to_string()))?
        .into();
    let Parts { method, url, headers, body } = parts;
    let request = SignableRequest::new(method, url, headers.into_iter(), SignableBody::Bytes(body));
    let signed = request.and_then(|request| sign_v4(request, &params));
    let (instructions, _) = signed.map_err(|error| wrong(error.to_string()))?.into_parts();
    let (headers, _) = instructions.into_parts();
    headers
        .into_iter()
        .map(|header| {
            let mut value = HeaderValue::from_str(header.value()).map_err(|_| AuthError::Characters {
                place: format!("header `{}`", header.name()),
                found: "characters that a header can't have",
            })?;
            value.set_sensitive(true);
            Ok((HeaderName::from_static(header.name()), value))
        })
        .collect()
}
