//! The credentials of a virtual machine's role, by version 2 of EC2's metadata
//! service: a session's token first, and with it the role's name and its keys.
//!
//! Version 1 asks for keys with nothing but a GET, which is why whoever can make
//! a server fetch a URL has its keys; it isn't tried.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;
use zeroize::Zeroizing;

use super::super::MintError;
use super::answer::{self, Fresh};
use super::container;
use crate::egress::host_sender::{HostAnswer, HostSender};
use crate::egress::policy::{Endpoint, NamedBy};
use crate::egress::transport::OutgoingRequest;

/// Where a session's token comes from.
const TOKEN: &str = "/latest/api/token";

/// Where the names of roles are listed; behind it, a role's keys.
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// How long a token is good, in seconds: it is used at once.
const LIFETIME: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds"), HeaderValue::from_static("60"));

/// The header that a token goes into.
const SESSION: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");

const ADVICE: &str = "it gives this machine no keys; check that its instance has a role, and that the metadata service is switched on for it";

/// What is asked for at a metadata service.
pub(super) fn endpoints(base: &Url) -> [Endpoint; 2] {
    let token = Endpoint { method: Method::PUT, ..Endpoint::get(&at(base, TOKEN)) };
    [token, Endpoint::get(&at(base, ROLES))]
}

/// The keys of now of the machine's role.
pub(super) async fn keys(base: &Url, host: &HostSender) -> Result<Fresh, MintError> {
    let url = at(base, TOKEN);
    let answer = ask(Method::PUT, &url, LIFETIME, host).await?;
    let mut token = header_value(word(&url, &answer, "token")?.as_str(), &url)?;
    token.set_sensitive(true);

    let url = at(base, ROLES);
    let answer = ask(Method::GET, &url, (SESSION, token.clone()), host).await?;
    let role = word(&url, &answer, "name of a role")?;
    // It becomes a part of a path.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    if !role.bytes().all(plain) || role.bytes().all(|byte| byte == b'.') {
        return Err(answer::flaw(&url, "its answer isn't the name of a role"));
    }

    let url = at(base, &format!("{ROLES}{}", role.as_str()));
    let answer = ask(Method::GET, &url, (SESSION, token), host).await?;
    container::read(&url, &answer, ADVICE, host)
}

async fn ask(
    method: Method,
    url: &Url,
    header: (HeaderName, HeaderValue),
    host: &HostSender,
) -> Result<HostAnswer, MintError> {
    let headers: HeaderMap = [header].into_iter().collect();
    let request = OutgoingRequest { method, url: url.clone(), headers, body: Bytes::new() };
    let answer = host.send(request, NamedBy::Operator).await?;
    match answer.status.is_success() {
        true => Ok(answer),
        false => Err(answer::refusal(url, &answer, "", "", ADVICE, host)),
    }
}

/// The one word that an answer consists of.
fn word(url: &Url, answer: &HostAnswer, what: &str) -> Result<Zeroizing<String>, MintError> {
    let text = std::str::from_utf8(&answer.body).unwrap_or_default();
    // A machine has one role; the list has lines all the same.
    let first = text.lines().next().unwrap_or_default().trim();
    if first.is_empty() {
        return Err(answer::flaw(url, &format!("its answer has no {what}")));
    }
    Ok(Zeroizing::new(first.to_owned()))
}

fn header_value(text: &str, url: &Url) -> Result<HeaderValue, MintError> {
    HeaderValue::from_str(text).map_err(|_| answer::flaw(url, "its token can't stand in a header"))
}

/// This path of the service, whatever path the URL has.
fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url.set_query(None);
    url
}
