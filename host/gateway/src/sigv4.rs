//! Whether a request was signed by Signature Version 4 with one of this
//! gateway's own keys: AWS's clients sign what they send instead of showing a
//! key.
//!
//! Against: a request that was changed or made up on its way, one that was
//! recorded and is sent again later, one that was signed for another service,
//! and a header that was added to a signed request. A signature is compared
//! without telling by its time how much of it was right. Nothing here makes a
//! request's meaning out of anything that isn't signed: what must be signed is
//! part of the [`Rules`].
//!
//! First [`Authorization::of`] says which key a request claims to be signed
//! with; the caller looks up that key's secret; then [`check`] holds everything
//! against the rules that the head tells, and compares the signature, if the head
//! tells the body's digest. What is left is for [`Checked::body`]. A session token is not looked at: this gateway issues none, and it gives no
//! rights here. Query-signed ("presigned") URLs and bodies that are signed in
//! chunks (`aws-chunked`) are not accepted: clients of Bedrock send neither.
//!
//! The algorithm:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_lc_rs::hmac;
use aws_sigv4::sign::v4::generate_signing_key;
use http::{HeaderMap, Method};

mod authorization;
mod canonical;
mod payload;
mod time;

pub use authorization::{Authorization, Scope};

use payload::Payload;

/// How the names of headers begin that a request's meaning depends on.
const STEERING: [&str; 3] = ["x-amz-", "x-portkey-", "x-jackfield-"];

/// The algorithm's name, as it stands in `Authorization` and in what is signed.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The head of a request as it was received, before anybody decoded any of it.
#[derive(Debug, Clone, Copy)]
pub struct Received<'r> {
    /// The method.
    pub method: &'r Method,
    /// The path, percent-encoded as it came.
    pub path: &'r str,
    /// What stood behind `?`, as it came.
    pub query: Option<&'r str>,
    /// HTTP/2's `:authority`, which stands in for a missing `host`.
    pub authority: Option<&'r str>,
    /// The headers.
    pub headers: &'r HeaderMap,
}

/// What a signature must be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules<'r> {
    /// The service that requests are signed for, as `bedrock`.
    pub service: &'r str,
    /// How far the client's clock may be from this one, either way.
    pub skew: Duration,
    /// Whether a request may leave its body unsigned.
    pub unsigned_payload: bool,
    /// How clients write the path that they sign.
    pub path: PathForm,
}

/// How clients write the path that they sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathForm {
    /// Without empty and dot segments: every service but S3.
    Normalized,
    /// As it is sent.
    AsSent,
}

impl Rules<'static> {
    /// Those of Bedrock: fifteen minutes, as AWS allows, and a signed body.
    pub const BEDROCK: Self = Self {
        service: "bedrock",
        skew: Duration::from_secs(15 * 60),
        unsigned_payload: false,
        path: PathForm::Normalized,
    };
}

/// Why a request counts as not signed. Fit to be shown to its sender, as far as it
/// may know which keys there are: no secret and no expected signature is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// `Authorization` isn't of this form.
    #[error("the Authorization header {0}; sign the request by AWS Signature Version 4")]
    Authorization(&'static str),
    /// It was signed for something else.
    #[error("the signature is for the {what} {found:?}; sign for {expected:?}")]
    Scope {
        /// Which part of the scope.
        what: &'static str,
        /// What it says.
        found: String,
        /// What it should say.
        expected: String,
    },
    /// A header must be signed and isn't.
    #[error("the header `{0}` isn't signed; name it in SignedHeaders")]
    Unsigned(String),
    /// A header is named as signed, and isn't there.
    #[error("the header `{0}` is named in SignedHeaders and wasn't sent; send it as it was signed")]
    Absent(String),
    /// `x-amz-date` can't be read.
    #[error("the header `x-amz-date` {0}; write one such as 20150830T123600Z")]
    Date(&'static str),
    /// It was signed too long ago, or in the future.
    #[error(
        "the request was signed {seconds} s {direction} by this gateway's clock, and at most {most} s are accepted; \
         check the client's clock, or sign again"
    )]
    Skewed {
        /// How many seconds.
        seconds: u64,
        /// `ago` or `in the future`.
        direction: &'static str,
        /// How many are accepted.
        most: u64,
    },
    /// The body isn't the one that was signed, or wasn't signed.
    #[error("the header `x-amz-content-sha256` {0}; sign the SHA-256 of the whole body")]
    Payload(&'static str),
    /// The signature is another one.
    #[error(
        "the signature doesn't match; check the secret access key, and that nothing between the client and this gateway \
         changes requests"
    )]
    Mismatch,
}

/// A request whose head is as the rules want it, and what is to be shown of its
/// body.
pub struct Checked(Rest);

enum Rest {
    /// The signature is right, for a body of this digest.
    Digest([u8; 32]),
    /// The signature is right, whatever the body.
    Nothing,
    /// The signature is of the body, and is compared with it.
    Signature(Box<Unproven>),
}

/// What a signature is compared with, but for the body's digest.
struct Unproven {
    request: Vec<u8>,
    at: String,
    scope: Scope,
    key: hmac::Key,
    signature: [u8; 32],
}

/// Without what was signed and with which key.
impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked").field("proven", &self.is_proven()).finish()
    }
}

/// Whether the head of a request is as the rules want it and, where it tells the
/// body's digest, signed with the key that `authorization` names and whose secret
/// this is: so that nothing of a body needs to be taken in for a stranger.
///
/// # Errors
/// With the first rule that is broken. A wrong secret and a changed request
/// can't be told apart.
pub fn check(
    received: &Received<'_>,
    authorization: &Authorization,
    secret: &str,
    rules: &Rules<'_>,
    now: SystemTime,
) -> Result<Checked, SignatureError> {
    let scope = &authorization.scope;
    if scope.service != rules.service {
        return Err(SignatureError::Scope {
            what: "service",
            found: scope.service.clone(),
            expected: rules.service.to_owned(),
        });
    }
    check_signed(received, authorization)?;
    let written = only(received.headers, "x-amz-date")
        .map_err(|()| SignatureError::Date("is missing, or there are several"))?;
    let signed_at = time::parse(written).ok_or(SignatureError::Date("isn't a time of this form"))?;
    if written.get(..8) != Some(&scope.date) {
        return Err(SignatureError::Scope {
            what: "date",
            found: scope.date.clone(),
            expected: written.get(..8).unwrap_or_default().to_owned(),
        });
    }
    check_skew(signed_at, now, rules.skew)?;

    let payload = Payload::of(received.headers, rules.unsigned_payload)?;
    let key = generate_signing_key(secret, signed_at, &scope.region, &scope.service);
    let unproven = Unproven {
        request: canonical::request(received, &authorization.signed_headers, rules.path)?,
        at: written.to_owned(),
        scope: scope.clone(),
        key: hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()),
        signature: authorization.signature,
    };
    Ok(Checked(match payload {
        Payload::Untold => Rest::Signature(Box::new(unproven)),
        Payload::Unsigned => {
            unproven.compare(payload::UNSIGNED)?;
            Rest::Nothing
        }
        Payload::Digest(digest) => {
            unproven.compare(&canonical::hex(&digest))?;
            Rest::Digest(digest)
        }
    }))
}

impl Checked {
    /// Whether the signature was compared, and is right.
    pub fn is_proven(&self) -> bool {
        !matches!(self.0, Rest::Signature(_))
    }

    /// Whether the body that has this SHA-256 is the one that was signed.
    ///
    /// # Errors
    /// Where it is another, or the signature is.
    pub fn body(self, digest: &[u8; 32]) -> Result<(), SignatureError> {
        match self.0 {
            Rest::Digest(signed) if signed != *digest => {
                Err(SignatureError::Payload("is that of another body"))
            }
            Rest::Digest(_) | Rest::Nothing => Ok(()),
            Rest::Signature(unproven) => unproven.compare(&canonical::hex(digest)),
        }
    }
}

impl Unproven {
    fn compare(&self, payload: &str) -> Result<(), SignatureError> {
        let text = canonical::string_to_sign(&self.at, &self.scope, &self.request, payload);
        hmac::verify(&self.key, text.as_bytes(), &self.signature).map_err(|_| SignatureError::Mismatch)
    }
}

/// The host, and all headers that steer a request: Amazon's, the date among them,
/// Portkey's and this gateway's. Whoever sees a signed request could add one to it
/// otherwise, and send it elsewhere. The session token is read by nobody here, and
/// some clients add it after they have signed.
fn check_signed(received: &Received<'_>, authorization: &Authorization) -> Result<(), SignatureError> {
    let signed = |name: &str| authorization.signed_headers.iter().any(|own| own == name);
    let steering = received
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| STEERING.iter().any(|prefix| name.starts_with(prefix)))
        .filter(|name| *name != "x-amz-security-token");
    match ["host"].into_iter().chain(steering).find(|name| !signed(name)) {
        Some(name) => Err(SignatureError::Unsigned(name.to_owned())),
        None => Ok(()),
    }
}

fn check_skew(signed_at: SystemTime, now: SystemTime, most: Duration) -> Result<(), SignatureError> {
    let (apart, direction) = match now.duration_since(signed_at) {
        Ok(age) => (age, "ago"),
        Err(early) => (early.duration(), "in the future"),
    };
    if apart <= most {
        return Ok(());
    }
    Err(SignatureError::Skewed { seconds: apart.as_secs(), direction, most: most.as_secs() })
}

/// The value of a header that may stand there once.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(drop),
        _ => Err(()),
    }
}

#[cfg(test)]
mod suite_tests;
#[cfg(test)]
mod tests;
