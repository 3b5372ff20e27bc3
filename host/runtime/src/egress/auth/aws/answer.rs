//! Temporary keys as they come from a service, and services that give none.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_smithy_types::date_time::{DateTime, Format};
use url::Url;
use zeroize::Zeroizing;

use super::super::{MintError, words};
use crate::egress::host_sender::{HostAnswer, HostSender};

/// Keys, and how long they are good.
pub(super) struct Fresh {
    pub(super) keys: Credentials,
    pub(super) lifetime: Option<Duration>,
}

/// Keys of an answer: id, secret, session token, and when they expire.
pub(super) fn fresh(
    url: &Url,
    answer: &HostAnswer,
    [id, secret, token, expires]: [Option<Zeroizing<String>>; 4],
) -> Result<Fresh, MintError> {
    let part = |value: Option<Zeroizing<String>>, name: &str| {
        let filled = value.filter(|value| !value.is_empty());
        filled.ok_or_else(|| flaw(url, &format!("its answer has no {name}")))
    };
    let (id, secret, token) =
        (part(id, "AccessKeyId")?, part(secret, "SecretAccessKey")?, part(token, "session token")?);
    let lifetime = match expires {
        None => None,
        Some(text) => {
            let until = DateTime::from_str(&text, Format::DateTime)
                .ok()
                .and_then(|date| SystemTime::try_from(date).ok());
            let until = until.ok_or_else(|| flaw(url, "its Expiration isn't a time"))?;
            // By the service's own clock; without it, this is all that is known.
            answer.date().map(|now| until.duration_since(now).unwrap_or_default())
        }
    };
    let keys = Credentials::new(id.as_str(), secret.as_str(), Some(token.to_string()), None, "minted");
    Ok(Fresh { keys, lifetime })
}

/// The service answered something else than keys.
pub(super) fn flaw(url: &Url, flaw: &str) -> MintError {
    MintError::Answer { endpoint: words::name_of(url), flaw: flaw.to_owned() }
}

/// The service said no.
pub(super) fn refusal(
    url: &Url,
    answer: &HostAnswer,
    code: &str,
    said: &str,
    advice: &'static str,
    host: &HostSender,
) -> MintError {
    MintError::Refused {
        endpoint: words::name_of(url),
        status: answer.status.as_u16(),
        code: words::repeated(code, host),
        said: words::repeated(said, host),
        advice,
        retry_after: answer.retry_after(),
    }
}
