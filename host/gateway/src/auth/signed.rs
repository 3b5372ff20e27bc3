//! Requests that are signed with a key of this gateway's by AWS Signature
//! Version 4 instead of showing it, as AWS's own clients do. The access key id is
//! the key's name, the secret access key is the key.
//!
//! Against: a body that is read and kept for somebody who has no key. Whose
//! signature it claims to be is known before the body is taken.

use std::sync::Arc;
use std::time::SystemTime;

use http::request::Parts;
use http::{HeaderMap, uri::Authority};
use jackfield_router::access::{Caller, Keys, SigningKey};
use jackfield_router::{Failure, FailureKind};

use crate::sigv4::{self, Authorization, Received, Rules, SignatureError};

/// Whose signature a request claims to have.
#[derive(Debug)]
pub(crate) struct Claimed {
    authorization: Authorization,
    key: SigningKey,
}

/// Whose it is; nothing for a request that isn't signed, or that shows a key of
/// this gateway's in the header that is for nothing else.
pub(crate) async fn claimed(
    keys: Option<&dyn Keys>,
    headers: &HeaderMap,
) -> Result<Option<Claimed>, Failure> {
    let Some(keys) = keys else { return Ok(None) };
    if super::gateways(headers).is_some() {
        return Ok(None);
    }
    let Some(authorization) = Authorization::of(headers).map_err(|error| wrong(&error))? else {
        return Ok(None);
    };
    match keys.signing(&authorization.access_key_id).await? {
        Some(key) => Ok(Some(Claimed { authorization, key })),
        None => Err(Failure::new(
            FailureKind::Authentication,
            "the access key id is no key's name that requests can be signed with: set `aws-signatures = true` \
             in that key's [server.keys.NAME], or send a key as `Authorization: Bearer KEY`",
        )),
    }
}

impl Claimed {
    /// Who it is, if the signature is right. `body` is as it came.
    pub(crate) fn verify(self, head: &Parts, body: &[u8], now: SystemTime) -> Result<Arc<Caller>, Failure> {
        // A signature is for the path without them, and routing goes by the path as it came: with `..` in
        // it, the same signature would be good for another model.
        if head.uri.path().split('/').skip(1).any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(Failure::new(
                FailureKind::Authentication,
                "the path of a signed request has an empty segment, `.` or `..` in it; send the path that you signed",
            ));
        }
        let received = Received {
            method: &head.method,
            path: head.uri.path(),
            query: head.uri.query(),
            authority: head.uri.authority().map(Authority::as_str),
            headers: &head.headers,
            body,
        };
        sigv4::verify(&received, &self.authorization, self.key.secret.expose(), &Rules::BEDROCK, now)
            .map_err(|error| wrong(&error))?;
        Ok(self.key.caller)
    }
}

fn wrong(error: &SignatureError) -> Failure {
    Failure::new(FailureKind::Authentication, error.to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
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
        let identity = aws_credential_types::Credentials::new(name, secret, None, None, "test").into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("bedrock")
            .time(at)
            .settings(SigningSettings::default())
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
        let keys = keys();
        let claimed = claimed(Some(&keys), &head.headers).await.map_err(|failure| failure.status)?;
        let Some(claimed) = claimed else { return Ok(None) };
        let caller = claimed.verify(head, body, now).map_err(|failure| failure.status)?;
        Ok(caller.key.as_deref().map(str::to_owned))
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
        assert!(claimed(None, &signed("nobody", "x", now).headers).await.unwrap().is_none());
    }
}
