//! Where a secret may be: on the wire to its upstream, and nowhere else. For
//! each auth scheme, a guest that looks through all of its own memory, an
//! upstream that sends the credential back in every place, and all that the
//! host writes, shows or returns.

mod accounts;
mod clients;
mod echo;
#[cfg(target_os = "linux")]
mod guest_memory;
mod guest_side;
mod host_side;
mod log;
mod minted;
#[cfg(target_os = "linux")]
mod outside;
mod plugins;
mod prompts;
mod rotated;
mod signed;
mod tokens;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use jackfield_e2e::guests::builder;
use jackfield_e2e::report::Report;
use jackfield_e2e::{Reply, Script, Step, bind, chat, guest, text_of};
use jackfield_runtime::{CallContext, CallError, Host, Provider, component_section};
use serde_json::{Value, json};

const MANIFEST: &str = include_str!("../../../guests/probe/plugin.toml");

/// The secret. It has characters that change when they are encoded.
const KEY: &str = "sk-Secret/0123+4567=89abcdef";

/// A way to authenticate, with what the upstream must see of it.
#[derive(Debug, Clone, Copy)]
struct Scheme {
    name: &'static str,
    /// Below `[auth.key]` in the manifest.
    lines: &'static str,
    /// What stands in the request's head.
    sent: fn() -> String,
}

const SCHEMES: [Scheme; 5] = [
    Scheme {
        name: "none",
        // A secret that nothing uses isn't bound: another method does.
        lines: "scheme = \"none\"\n\n[auth.other]\nscheme = \"bearer\"\nsecret = \"api-key\"\n\n\
                [[egress]]\norigin = \"{base-url}\"\nmethods = [\"PUT\"]\nauth = \"other\"",
        sent: || "GET /v1/x HTTP/1.1\r\n".to_owned(),
    },
    Scheme {
        name: "bearer",
        lines: "scheme = \"bearer\"\nsecret = \"api-key\"",
        sent: || format!("authorization: Bearer {KEY}\r\n"),
    },
    Scheme {
        name: "header",
        lines: "scheme = \"header\"\nheader = \"x-own-key\"\nprefix = \"Api-Key \"\nsecret = \"api-key\"",
        sent: || format!("x-own-key: Api-Key {KEY}\r\n"),
    },
    Scheme {
        name: "query",
        lines: "scheme = \"query\"\nparameter = \"own-key\"\nsecret = \"api-key\"",
        sent: || {
            let value = percent(KEY, |byte| !byte.is_ascii_alphanumeric() && byte != b'-');
            format!("?own-key={value} HTTP/1.1\r\n")
        },
    },
    Scheme {
        name: "basic",
        lines: "scheme = \"basic\"\nuser = \"tester\"\npassword = \"api-key\"",
        sent: || format!("authorization: Basic {}\r\n", STANDARD.encode(format!("tester:{KEY}"))),
    },
];

fn percent(text: &str, encodes: impl Fn(u8) -> bool) -> String {
    let byte = |byte: u8| if encodes(byte) { format!("%{byte:02X}") } else { char::from(byte).to_string() };
    text.bytes().map(byte).collect()
}

/// The secret as it is and in every encoding in which it could have left.
fn forms() -> Vec<String> {
    forms_of(KEY)
}

/// The same of any secret.
fn forms_of(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), secret.replace('/', "\\/")];
    forms.push(percent(secret, |byte| !byte.is_ascii_alphanumeric() && byte != b'-'));
    forms.push(percent(secret, |_| true));
    forms.push(percent(secret, |byte| !byte.is_ascii_alphanumeric() && byte != b'-').replace("%2F", "/"));
    forms.push(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
    for before in ["", "x", "xx"] {
        for engine in [&STANDARD, &URL_SAFE] {
            // Digits that depend on a neighbour are left out on both sides.
            let digits = engine.encode(format!("{before}{secret}"));
            forms.push(digits.trim_end_matches('=')[4..digits.len() - 4].to_owned());
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

/// That a text has the secret in none of its forms.
fn clean(place: &str, text: &str) {
    clean_of(place, text, &forms());
}

/// The same for other secrets, in these forms.
fn clean_of(place: &str, text: &str, forms: &[String]) {
    for form in forms {
        if let Some(at) = text.find(form) {
            let around: String = text[..at].chars().rev().take(300).collect();
            panic!("{place} has the secret as {form}, behind: {}", around.chars().rev().collect::<String>());
        }
    }
}

/// The probe, bound with one scheme to an upstream that answers by script.
struct Bench {
    upstream: Script,
    provider: Provider,
    host: Host,
    secret: tempfile::NamedTempFile,
}

impl Bench {
    async fn new(scheme: Scheme, replies: Vec<Reply>, lines: &str) -> Self {
        let upstream = Script::start(replies).await;
        let origin = upstream.origin();
        Self::towards(scheme, upstream, &origin, lines).await
    }

    async fn towards(scheme: Scheme, upstream: Script, origin: &str, lines: &str) -> Self {
        Self::over(builder(4).build().unwrap(), scheme, upstream, origin, lines).await
    }

    async fn over(host: Host, scheme: Scheme, upstream: Script, origin: &str, lines: &str) -> Self {
        log::keep();
        let manifest = MANIFEST.replace("scheme = \"bearer\"\nsecret = \"api-key\"", scheme.lines);
        let probe = std::fs::read(guest("probe")).unwrap();
        host.load_bytes("probe", &component_section::write(&probe, &manifest).unwrap()).unwrap();
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), KEY).unwrap();
        let settings = format!(
            "plugin = \"probe\"\nconfig.base-url = \"{origin}/v1\"\ngrant.origins = [\"{origin}\"]\n\
             secrets.api-key = {{ file = \"{}\" }}\n{lines}\n{}",
            secret.path().display(),
            if lines.contains("timeouts") { "" } else { "timeouts.total = \"20s\"" },
        );
        let provider = bind(&host, scheme.name, &settings).await;
        Self { upstream, provider, host, secret }
    }

    async fn ask(&self, deed: &str, argument: &str) -> Result<String, CallError> {
        let answer = self.provider.chat(&CallContext::default(), chat(deed, argument)).await?;
        Ok(text_of(&answer))
    }

    fn url(&self) -> String {
        format!("{}/v1/x", self.upstream.origin())
    }

    async fn send(&self, more: Value) -> Report {
        let mut order = json!({ "url": self.url() });
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Report::one(&self.ask("send", &order.to_string()).await.unwrap())
    }
}

/// An order to look for these texts in the guest's memory, in which they don't
/// stand as they are.
fn search(texts: &[String]) -> Value {
    const MASK: u8 = 0xa5;
    let masked = |text: &String| text.bytes().map(|byte| byte ^ MASK).collect::<Vec<_>>();
    json!({ "mask": MASK, "patterns": texts.iter().map(masked).collect::<Vec<_>>() })
}

/// How often each of them was there, while the guest held the answer.
fn found(report: &Report) -> Vec<u64> {
    let memory = &report.0["memory"];
    assert!(memory["bytes"].as_u64().unwrap() > 1 << 20, "that is no memory: {memory}");
    serde_json::from_value(memory["found"].clone()).unwrap()
}

/// An answer with all that a scheme sends, in its head and its body.
fn echo(scheme: Scheme, status: u16) -> Reply {
    let sent = (scheme.sent)().replace("\r\n", "");
    let body =
        json!({ "error": { "message": format!("you sent {sent} and {KEY}"), "code": KEY } }).to_string();
    let head = format!(
        "content-type: application/json\r\nx-canary: canary-{status}\r\nx-echo: {sent}\r\nx-key: {KEY}\r\n\
         location: /v1/x?key={}\r\ncontent-length: {}\r\n",
        percent(KEY, |byte| !byte.is_ascii_alphanumeric()),
        body.len(),
    );
    Reply::head(status, &head).send(body)
}
