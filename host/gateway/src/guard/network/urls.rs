//! `validUrls`: whether all URLs in a text lead somewhere. Only names of
//! granted origins are called; another URL is neither valid nor invalid, so the
//! check says nothing.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, Method};
use jackfield_router::guard::{CheckError, Finding, Urls};
use serde_json::json;
use url::{Host, Url};

use super::Network;

/// The most URLs of one text that are looked at.
const MOST: usize = 20;

const TIMEOUT: Duration = Duration::from_secs(3);

impl Network {
    /// Looks at the URLs of a text.
    pub(in crate::guard) async fn urls(&self, urls: Urls, text: &str) -> Result<Finding, CheckError> {
        if text.is_empty() {
            return Err(CheckError::new("MissingText", "there is no text to look at"));
        }
        let found = find(text);
        if found.is_empty() {
            let data =
                json!({ "verdict": false, "not": urls.not, "explanation": "there is no URL in the text" });
            return Ok(Finding { verdict: false, data });
        }
        if found.len() > MOST {
            return Err(CheckError::new("TooMany", format!("there are more than {MOST} URLs in the text")));
        }
        let each = found.iter().map(|url| async {
            match Url::parse(url) {
                Err(_) => Ok(false),
                Ok(url) if urls.only_dns => Ok(self.resolves(&url).await),
                Ok(url) => self.answers(&url).await,
            }
        });
        let mut valid = 0;
        for outcome in join_all(each).await {
            valid += usize::from(outcome?);
        }
        let verdict = (valid == found.len()) != urls.not;
        let explanation = format!("{valid} of {} URLs lead somewhere", found.len());
        let method = if urls.only_dns { "DNS lookup" } else { "HTTP request" };
        let data = json!({
            "verdict": verdict, "not": urls.not, "validationMethod": method, "explanation": explanation,
        });
        Ok(Finding { verdict, data })
    }

    async fn resolves(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(name)) => {
                let found = tokio::time::timeout(TIMEOUT, self.resolver.resolve(name)).await;
                found.is_ok_and(|found| found.is_ok_and(|addresses| !addresses.is_empty()))
            }
            Some(_) => true,
            None => false,
        }
    }

    async fn answers(&self, url: &Url) -> Result<bool, CheckError> {
        match self.call(Method::HEAD, url, HeaderMap::new(), Bytes::new(), TIMEOUT).await {
            Ok((status, _)) => Ok(status.is_success()),
            Err(error) if error.name == "NotGranted" => Err(error),
            Err(_) => Ok(false),
        }
    }
}

/// URLs in a text: from `http://` or `https://` to what can't be in one.
fn find(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(place) = rest.find("http") {
        rest = &rest[place..];
        let scheme = ["https://", "http://"].into_iter().find(|scheme| rest.starts_with(scheme));
        let Some(scheme) = scheme else {
            rest = &rest[4..];
            continue;
        };
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '"' | '\'' | '{' | '}' | '[' | ']');
        let end = rest.find(ends).unwrap_or(rest.len());
        if end > scheme.len() {
            found.push(&rest[..end]);
        }
        rest = &rest[end.max(scheme.len())..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_end_at_what_can_not_be_in_them() {
        let text = "see https://a.example/x?y=1, or \"http://b.example\" and [https://c.example] http httpx https://";
        assert_eq!(find(text), ["https://a.example/x?y=1", "http://b.example", "https://c.example"]);
    }
}
