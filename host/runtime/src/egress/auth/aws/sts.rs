//! Exchanges with AWS's token service: keys, or a web identity, for the
//! temporary keys of a role.
//!
//! A form there, XML back:
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>,
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use std::time::SystemTime;

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE};
use roxmltree::{Document, Node};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::super::{MintError, skew::Skew};
use super::{
    Role, Scope,
    answer::{self, Fresh},
    sign::sign,
};
use crate::egress::host_sender::{HostAnswer, HostSender};
use crate::egress::policy::NamedBy;
use crate::egress::transport::OutgoingRequest;

/// How a role is assumed.
pub(super) enum Proof<'a> {
    /// With other keys, at a time that is signed.
    Keys(&'a Credentials, SystemTime),
    /// With a token of an identity provider.
    WebIdentity(&'a str),
}

/// The token service of one region.
#[derive(Debug, Clone)]
pub(super) struct Sts<'a> {
    pub(super) url: &'a Url,
    pub(super) region: &'a str,
}

impl Sts<'_> {
    /// Assumes a role. A request that is refused by a service whose clock
    /// differs is signed once more by that clock.
    pub(super) async fn assume(
        &self,
        role: &Role,
        proof: Proof<'_>,
        host: &HostSender,
    ) -> Result<Fresh, MintError> {
        let answer = host.send(self.request(role, &proof)?, NamedBy::Operator).await?;
        let outcome = self.read(&answer, host);
        let (Err(MintError::Refused { .. }), Proof::Keys(keys, at), Some(theirs)) =
            (&outcome, &proof, answer.date())
        else {
            return outcome;
        };
        if !Skew::may_be_why(*at, theirs) {
            return outcome;
        }
        let again = host.send(self.request(role, &Proof::Keys(keys, theirs))?, NamedBy::Operator).await?;
        self.read(&again, host)
    }

    fn request(&self, role: &Role, proof: &Proof<'_>) -> Result<OutgoingRequest, MintError> {
        let seconds = role.seconds.map(|seconds| seconds.to_string());
        let action = match proof {
            Proof::Keys(..) => "AssumeRole",
            Proof::WebIdentity(_) => "AssumeRoleWithWebIdentity",
        };
        let mut form = vec![
            ("Action", action),
            ("Version", "2011-06-15"),
            ("RoleArn", &role.arn),
            ("RoleSessionName", &role.session),
        ];
        form.extend(seconds.as_deref().map(|seconds| ("DurationSeconds", seconds)));
        match proof {
            Proof::Keys(..) => form.extend(role.external_id.as_deref().map(|id| ("ExternalId", id))),
            Proof::WebIdentity(token) => form.push(("WebIdentityToken", token)),
        }
        let longest: usize = form.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
        // Reserved whole, so that growing leaves no copies behind in memory.
        let mut body = form_urlencoded::Serializer::new(String::with_capacity(longest));
        body.extend_pairs(&form);
        let body = Zeroizing::new(body.finish().into_bytes());
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let mut request = OutgoingRequest {
            method: Method::POST,
            url: self.url.clone(),
            headers,
            body: Bytes::from_owner(body),
        };
        if let Proof::Keys(keys, at) = proof {
            let scope = Scope { service: "sts".to_owned(), region: self.region.to_owned() };
            sign(&mut request, keys, &scope, *at).map_err(|error| MintError::Secret(error.to_string()))?;
        }
        Ok(request)
    }

    fn read(&self, answer: &HostAnswer, host: &HostSender) -> Result<Fresh, MintError> {
        let text = std::str::from_utf8(&answer.body).unwrap_or_default();
        let parsed = Document::parse(text).ok();
        if !answer.status.is_success() {
            let told =
                |name| parsed.as_ref().and_then(|parsed| text_of(parsed.root(), name)).unwrap_or_default();
            let (code, said) = (told("Code"), told("Message"));
            return Err(answer::refusal(self.url, answer, &code, &said, advice(&code), host));
        }
        let found = parsed.as_ref().and_then(|parsed| find(parsed.root(), "Credentials"));
        let found = found.ok_or_else(|| answer::flaw(self.url, "its answer has no Credentials in it"))?;
        let part = |name| text_of(found, name);
        answer::fresh(
            self.url,
            answer,
            [part("AccessKeyId"), part("SecretAccessKey"), part("SessionToken"), part("Expiration")],
        )
    }
}

fn find<'a, 'd>(node: Node<'a, 'd>, name: &str) -> Option<Node<'a, 'd>> {
    node.descendants().find(|node| node.tag_name().name() == name)
}

fn text_of(node: Node<'_, '_>, name: &str) -> Option<Zeroizing<String>> {
    find(node, name)?.text().map(|text| Zeroizing::new(text.trim().to_owned()))
}

/// What STS's own codes mean and what to do.
fn advice(code: &str) -> &'static str {
    match code {
        "AccessDenied" => {
            "these keys or this identity may not assume the role; check the role's trust policy and role-arn"
        }
        "InvalidClientTokenId" => {
            "the access key isn't known; check that it wasn't deleted, and that a session token goes with it if it is temporary"
        }
        "SignatureDoesNotMatch" => {
            "the secret access key is another one, or this machine's clock is wrong; check both"
        }
        "ExpiredToken" | "ExpiredTokenException" => {
            "the keys or the web identity token have expired; check what renews them"
        }
        "InvalidIdentityToken" | "IDPRejectedClaim" => {
            "the web identity token isn't taken; check its audience, and the identity provider of the role's trust policy"
        }
        "IDPCommunicationError" => "AWS can't reach the identity provider; wait, or check that it is public",
        "RegionDisabledException" => {
            "STS is switched off in this region for this account; switch it on, or set sts-url"
        }
        "ValidationError" => "a value isn't of its form; check role-arn, role-session-name and duration",
        "Throttling" | "ThrottlingException" => "it is asked too often; wait",
        _ => "it gives no keys for this credential; check the role and the credential",
    }
}
