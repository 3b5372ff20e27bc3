//! Requests that are signed with a key of this gateway's by AWS Signature
//! Version 4 instead of showing it, as AWS's own clients do. The access key id is
//! the key's name, the secret access key is the key.
//!
//! Against: a body that is read and kept for somebody who has no key, and a
//! stranger who finds out which keys there are. Everything that the head tells is
//! checked before the body is taken: where it tells the body's digest, the
//! signature too. Of the others, AWS's clients for Python among them, bodies are
//! taken as those of strangers are ([`unproven`](crate::wire::unproven)), also
//! where no key has the name; and whatever is wrong, the answer is the same. What
//! it was is in the log.

use std::fmt::Display;
use std::sync::Arc;
use std::time::SystemTime;

use http::request::Parts;
use http::uri::Authority;
use jackfield_router::access::{Caller, Keys, SigningKey};
use jackfield_router::{Failure, FailureKind};
use sha2::{Digest, Sha256};

use crate::sigv4::{self, Authorization, Checked, Received, Rules};

/// What everybody is told whose signature isn't good.
const REFUSED: &str = "the request isn't signed with a key of this gateway's: sign it by AWS Signature Version 4 for \
     the service `bedrock`, with the name of a key that has `aws-signatures = true` as the access key id and that key \
     as the secret access key, host, date and all x-amz-, x-portkey- and x-jackfield- headers signed, by a clock that \
     is right; or send a key as `Authorization: Bearer KEY`";

/// The most characters of a key's name in the log.
const SHOWN: usize = 64;

/// A request whose head is as a signed one's should be.
#[derive(Debug)]
pub(crate) struct Claimed {
    name: String,
    checked: Checked,
    /// Nobody where no key has the name: what follows is the same for those.
    caller: Option<Arc<Caller>>,
}

/// Whose it claims to be; nothing for a request that isn't signed, or that shows a
/// key of this gateway's in the header that is for nothing else.
///
/// # Errors
/// With what the head alone tells to be wrong.
pub(crate) async fn claimed(
    keys: Option<&dyn Keys>,
    head: &Parts,
    now: SystemTime,
) -> Result<Option<Claimed>, Failure> {
    let Some(keys) = keys else { return Ok(None) };
    if super::gateways(&head.headers).is_some() {
        return Ok(None);
    }
    let authorization = match Authorization::of(&head.headers) {
        Ok(Some(authorization)) => authorization,
        Ok(None) => return Ok(None),
        Err(error) => return Err(refused("", &error)),
    };
    let name = &*authorization.access_key_id;
    // A signature is for the path without them, and routing goes by the path as it came: with `..` in
    // it, the same signature would be good for another model.
    if head.uri.path().split('/').skip(1).any(|segment| matches!(segment, "" | "." | "..")) {
        return Err(refused(name, &"its path has an empty segment, `.` or `..` in it"));
    }
    let key = keys.signing(name).await?;
    let (secret, caller) = match &key {
        Some(SigningKey { secret, caller }) => (secret.expose(), Some(Arc::clone(caller))),
        None => ("", None),
    };
    let received = Received {
        method: &head.method,
        path: head.uri.path(),
        query: head.uri.query(),
        authority: head.uri.authority().map(Authority::as_str),
        headers: &head.headers,
    };
    let checked = sigv4::check(&received, &authorization, secret, &Rules::BEDROCK, now);
    let checked = checked.map_err(|error| match caller {
        Some(_) => refused(name, &error),
        None => nobodys(name),
    })?;
    // Who signs with no secret at all in the name of nobody is told as early as others are.
    if caller.is_none() && checked.is_proven() {
        return Err(nobodys(name));
    }
    Ok(Some(Claimed { checked, caller, name: authorization.access_key_id }))
}

impl Claimed {
    /// Whether it is known to be its caller's before the body is there.
    pub(crate) fn is_proven(&self) -> bool {
        self.checked.is_proven()
    }

    /// Who it is, if this is the body that was signed.
    ///
    /// # Errors
    /// It isn't, or nobody's key has the name.
    pub(crate) fn with_body(self, body: &[u8]) -> Result<Arc<Caller>, Failure> {
        let Self { name, checked, caller } = self;
        let found = checked.body(&Sha256::digest(body).into());
        let caller = caller.ok_or_else(|| nobodys(&name))?;
        found.map_err(|error| refused(&name, &error))?;
        Ok(caller)
    }
}

fn nobodys(name: &str) -> Failure {
    refused(name, &"it is no key's name that requests can be signed with")
}

fn refused(name: &str, why: &dyn Display) -> Failure {
    let key: String = name.chars().take(SHOWN).collect();
    tracing::info!(target: "jackfield::auth", key = &*key, %why, "a signed request was refused");
    Failure::new(FailureKind::Authentication, REFUSED)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sigv4::http_request::{
        PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign,
    };
    use aws_sigv4::sign::v4::SigningParams;
    use http::Request;
    use jackfield_router::access::FixedKeys;
    use jackfield_runtime::secret::Secret;

    use super::*;

    const BODY: &[u8] = br#"{"messages":[]}"#;
    const URI: &str = "http://127.0.0.1:8787/model/up%2Fm%3A0/converse";

    fn keys() -> FixedKeys {
        let mut keys = FixedKeys::default();
        let caller = |name: &str| Caller { key: Some(name.into()), ..Caller::default() };
        let secret = Secret::new(b"gateway-key".to_vec()).unwrap();
        assert!(keys.add_signing(&secret, caller("team")));
        assert!(keys.add("never-signs", caller("shown")));
        keys
    }

    /// A request that Amazon's own code signed.
    fn signed(name: &str, secret: &str, at: SystemTime) -> Parts {
        signed_with(name, secret, at, SigningSettings::default())
    }

    /// The same, whose head tells the body's digest.
    fn telling(name: &str, secret: &str, at: SystemTime) -> Parts {
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        signed_with(name, secret, at, settings)
    }

    fn signed_with(name: &str, secret: &str, at: SystemTime, settings: SigningSettings) -> Parts {
        let identity = aws_credential_types::Credentials::new(name, secret, None, None, "test").into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("bedrock")
            .time(at)
            .settings(settings)
            .build()
            .unwrap();
        let headers = [("host", "127.0.0.1:8787"), ("content-type", "application/json")];
        let request =
            SignableRequest::new("POST", URI, headers.into_iter(), SignableBody::Bytes(BODY)).unwrap();
        let (instructions, _) = sign(request, &params.into()).unwrap().into_parts();
        let mut request = Request::post("/model/up%2Fm%3A0/converse").body(()).unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        instructions.apply_to_request_http1x(&mut request);
        request.into_parts().0
    }

    async fn of(head: &Parts, body: &[u8], now: SystemTime) -> Result<Option<String>, u16> {
        let status = |failure: Failure| {
            assert_eq!(failure.message, REFUSED, "everybody is told the same");
            failure.status
        };
        let keys = keys();
        let Some(claimed) = claimed(Some(&keys), head, now).await.map_err(status)? else { return Ok(None) };
        let caller = claimed.with_body(body).map_err(status)?;
        Ok(caller.key.as_deref().map(str::to_owned))
    }

    /// Whether it is refused, or known to be good, before any of its body is there.
    async fn before_its_body(head: &Parts, now: SystemTime) -> Option<bool> {
        let claimed = claimed(Some(&keys()), head, now).await.ok()?;
        claimed.map(|claimed| claimed.is_proven())
    }

    #[tokio::test]
    async fn who_signs_with_a_key_of_the_gateways_is_its_holder() {
        let now = SystemTime::now();
        let head = signed("team", "gateway-key", now);
        assert_eq!(of(&head, BODY, now).await, Ok(Some("team".to_owned())));
        assert_eq!(of(&head, b"{}", now).await, Err(401), "another body");
        assert_eq!(of(&head, BODY, now + Duration::from_secs(16 * 60)).await, Err(401), "sent again later");
        let mut elsewhere = signed("team", "gateway-key", now);
        elsewhere.uri = "/model/other/converse".parse().unwrap();
        assert_eq!(of(&elsewhere, BODY, now).await, Err(401), "another path");
    }

    /// The same signature would be good for it, and another model would be asked.
    #[tokio::test]
    async fn a_path_that_climbs_is_refused_though_its_signature_fits() {
        let now = SystemTime::now();
        for path in [
            "/model/openai/../up%2Fm%3A0/converse",
            "/model//up%2Fm%3A0/converse",
            "/./model/up%2Fm%3A0/converse",
        ] {
            let mut head = signed("team", "gateway-key", now);
            head.uri = path.parse().unwrap();
            assert_eq!(of(&head, BODY, now).await, Err(401), "{path}");
        }
    }

    #[tokio::test]
    async fn a_wrong_secret_and_a_key_that_may_not_sign_are_refused() {
        let now = SystemTime::now();
        for (name, secret) in [("team", "wrong"), ("shown", "never-signs"), ("nobody", "gateway-key")] {
            assert_eq!(of(&signed(name, secret, now), BODY, now).await, Err(401), "{name}");
        }
    }

    #[tokio::test]
    async fn what_is_not_signed_is_left_to_the_headers_for_keys() {
        let now = SystemTime::now();
        let mut head = signed("nobody", "x", now);
        head.headers.insert("x-portkey-api-key", "k".parse().unwrap());
        assert_eq!(of(&head, BODY, now).await, Ok(None));
        head.headers.clear();
        head.headers.insert("authorization", "Bearer k".parse().unwrap());
        assert_eq!(of(&head, BODY, now).await, Ok(None));
        assert!(claimed(None, &signed("nobody", "x", now), now).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn where_the_head_tells_the_digest_nothing_of_a_strangers_body_is_needed() {
        let now = SystemTime::now();
        let late = now + Duration::from_secs(16 * 60);
        assert_eq!(before_its_body(&telling("team", "gateway-key", now), now).await, Some(true));
        for (name, secret, now) in [
            ("team", "wrong", now),
            ("nobody", "gateway-key", now),
            ("nobody", "", now),
            ("shown", "never-signs", now),
            ("team", "gateway-key", late),
        ] {
            let head = telling(name, secret, SystemTime::now());
            assert_eq!(before_its_body(&head, now).await, None, "{name} {secret}");
        }
        let mut changed = telling("team", "gateway-key", now);
        changed.uri = "/model/other/converse".parse().unwrap();
        assert_eq!(before_its_body(&changed, now).await, None);
        let told = telling("team", "gateway-key", now);
        assert_eq!(of(&told, BODY, now).await, Ok(Some("team".to_owned())));
        assert_eq!(of(&told, b"{}", now).await, Err(401), "another body");
    }

    /// Who sends no body could otherwise tell which names are keys.
    #[tokio::test]
    async fn a_key_that_is_there_and_one_that_is_not_look_the_same_before_the_body() {
        let now = SystemTime::now();
        for (name, secret) in
            [("team", "gateway-key"), ("team", "wrong"), ("nobody", "x"), ("shown", "never-signs")]
        {
            assert_eq!(
                before_its_body(&signed(name, secret, now), now).await,
                Some(false),
                "{name} {secret}"
            );
        }
        let old = signed("team", "gateway-key", now - Duration::from_secs(16 * 60));
        assert_eq!(before_its_body(&old, now).await, None, "what the head tells is checked first");
    }
}
