//! The credentials of a container: ECS and EKS give them at an address of their
//! own, to whoever shows the container's token.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method,
    header::{ACCEPT, AUTHORIZATION},
};
use serde::Deserialize;
use url::Url;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::super::MintError;
use super::answer::{self, Fresh};
use crate::egress::host_sender::{HostAnswer, HostSender};
use crate::egress::policy::NamedBy;
use crate::egress::transport::OutgoingRequest;

/// The code of an answer that has keys in it, where it has one.
const SUCCESS: &str = "Success";

const ADVICE: &str = "it gives this container no keys; check container-url and container-token, and that the task or pod has a role";

#[derive(Default, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    token: Option<String>,
    expiration: Option<String>,
    #[serde(alias = "code")]
    code: Option<String>,
    #[serde(alias = "message")]
    message: Option<String>,
}

/// The container's keys of now.
pub(super) async fn keys(url: &Url, token: Option<&str>, host: &HostSender) -> Result<Fresh, MintError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(token) = token {
        let wrong = |_| {
            MintError::Secret("the container's token has characters that a header can't have; check that it was copied whole".to_owned())
        };
        let mut value = HeaderValue::from_str(token).map_err(wrong)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let request = OutgoingRequest { method: Method::GET, url: url.clone(), headers, body: Bytes::new() };
    let answer = host.send(request, NamedBy::Operator).await?;
    read(url, &answer, ADVICE, host)
}

/// Keys as containers and virtual machines are given them.
pub(super) fn read(
    url: &Url,
    answer: &HostAnswer,
    advice: &'static str,
    host: &HostSender,
) -> Result<Fresh, MintError> {
    let parsed: Option<Answer> = serde_json::from_slice(&answer.body).ok();
    // A machine's service says no with status 200, too.
    let code = parsed.as_ref().and_then(|parsed| parsed.code.as_deref());
    if !answer.status.is_success() || code.is_some_and(|code| code != SUCCESS) {
        let parsed = parsed.unwrap_or_default();
        let told = |text: &Option<String>| text.clone().unwrap_or_default();
        return Err(answer::refusal(url, answer, &told(&parsed.code), &told(&parsed.message), advice, host));
    }
    let parsed = parsed.ok_or_else(|| answer::flaw(url, "its answer isn't the JSON of credentials"))?;
    let part = |text: &Option<String>| text.clone().map(Zeroizing::new);
    let parts =
        [&parsed.access_key_id, &parsed.secret_access_key, &parsed.token, &parsed.expiration].map(part);
    answer::fresh(url, answer, parts)
}
