//! Which headers a description may write.
//!
//! Credentials are the host's: a header that carries one is refused here, in the
//! description, so that no argument of a model's can ever stand in it. The host
//! refuses them again when a request is sent.

use crate::flaw::Flaw;

/// Headers that are the host's, the connection's or the body's (the contract's
/// `http.request` lists them).
const REFUSED: [&str; 27] = [
    "accept-encoding",
    "api-key",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "cookie2",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "ocp-apim-subscription-key",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-amz-security-token",
    "x-api-key",
    "x-auth-token",
    "x-goog-api-key",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
    "apikey",
];

/// The name in lower case, if a description may write the header.
pub(crate) fn check_header(name: &str) -> Result<String, String> {
    let name = name.to_ascii_lowercase();
    let is_token = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("`{name}` isn't the name of a header: write one such as x-trace-id"));
    }
    // Upstreams that hand headers to programs as variables read an underscore as a hyphen.
    let read_as = name.replace('_', "-");
    if read_as == "content-type" {
        return Err("the body has its own: write `content-type` beside `body`".to_owned());
    }
    if REFUSED.contains(&read_as.as_str()) || read_as.starts_with("proxy-") {
        return Err(format!(
            "`{name}` is the host's to write: a credential goes into a secret of the provider, with config.auth"
        ));
    }
    Ok(name)
}

/// The headers of the operator's, each `name: value`.
pub(crate) fn header_lines(lines: &[String]) -> Result<Vec<(String, String)>, Flaw> {
    let line = |line: &String| {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("`{line}` isn't `name: value`"))?;
        let value = value.trim();
        if !value.bytes().all(|c| (b' '..=b'~').contains(&c)) {
            return Err(format!(
                "the value of `{name}` has characters that a header can't have: remove them"
            ));
        }
        Ok((check_header(name.trim())?, value.to_owned()))
    };
    lines.iter().map(line).collect::<Result<_, String>>().map_err(|message| Flaw::new("", message))
}
