//! What can be asked of the guest.

use std::sync::atomic::{AtomicU64, Ordering};

use jackfield_sdk::types::{Error, ErrorKind};
use jackfield_sdk::{config, http, log};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::memory::Search;

/// Calls that this instance has served.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// A request to send.
#[derive(Debug, Deserialize)]
pub(crate) struct Send {
    #[serde(default)]
    method: Option<String>,
    pub(crate) url: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    timeout_ms: Option<u64>,
    /// How to read the answer: whole by default.
    #[serde(default)]
    read: Read,
    /// How many times.
    #[serde(default = "once")]
    times: u32,
    /// What to look for in memory once the answer is there.
    #[serde(default)]
    search: Option<Search>,
}

fn once() -> u32 {
    1
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Read {
    #[default]
    Whole,
    Events,
    Lines,
    Chunks,
    /// Keep the body open and forget about it.
    Leak,
}

pub(crate) fn run(deed: &str, argument: &str) -> Result<String, Error> {
    let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    match deed {
        "count" => Ok(calls.to_string()),
        "echo" => Ok(argument.to_owned()),
        "send" => send_all(argument),
        "spin" => loop {
            std::hint::black_box(argument);
        },
        "allocate" => Ok(allocate(argument)),
        "panic" => std::panic::panic_any(argument.to_owned()),
        "assert" => {
            assert!(argument.is_empty(), "the probe was told to fail: {argument}");
            Ok(String::new())
        }
        "recurse" => Ok(recurse(1).to_string()),
        "fail" => {
            Err(Error::new(ErrorKind::RateLimited, argument).with_status(429).with_retry_after_ms(1500))
        }
        "log" => {
            log::info(argument, &[("field", argument)]);
            Ok(String::new())
        }
        "print" => {
            for _ in 0..1_000 {
                println!("{argument}");
            }
            Ok(String::new())
        }
        "sleep" => {
            std::thread::sleep(std::time::Duration::from_millis(argument.parse().unwrap_or(0)));
            Ok("slept".to_owned())
        }
        "surroundings" => Ok(surroundings()),
        "config" => Ok(json!(config::text(argument)).to_string()),
        "files" => Ok(files(argument)),
        unknown => Err(Error::invalid_request(format!("the probe doesn't know how to {unknown}"))),
    }
}

fn send_all(argument: &str) -> Result<String, Error> {
    let order: Send =
        serde_json::from_str(argument).map_err(|error| Error::invalid_request(error.to_string()))?;
    let reports = (0..order.times).map(|_| {
        let mut report = report(&order);
        if let Some(search) = &order.search {
            report["memory"] = search.run();
        }
        report
    });
    Ok(reports.collect::<Value>().to_string())
}

pub(crate) fn request(order: &Send) -> http::RequestBuilder {
    let mut request = match order.method.as_deref() {
        Some("post") => http::post(&order.url),
        Some("put") => http::put(&order.url),
        Some("delete") => http::delete(&order.url),
        _ => http::get(&order.url),
    };
    for (name, value) in &order.headers {
        request = request.header(name, value);
    }
    if !order.body.is_empty() {
        request = request.body("application/json", order.body.clone().into_bytes());
    }
    if let Some(auth) = &order.auth {
        request = request.auth(auth);
    }
    if let Some(milliseconds) = order.timeout_ms {
        request = request.timeout_ms(milliseconds);
    }
    request
}

fn report(order: &Send) -> Value {
    let response = match request(order).send() {
        Ok(response) => response,
        Err(error) => return failure(&error),
    };
    let (status, headers) = (response.status(), response.headers().to_vec());
    let body = match order.read {
        Read::Whole => response.text().map(Value::from),
        Read::Events => drain(
            |events: &http::Events| events.next_batch(),
            response.events(),
            |event| json!([event.event, event.data]),
        ),
        Read::Lines => drain(|lines: &http::Lines| lines.next_batch(), response.lines(), Value::from),
        Read::Chunks => {
            let body = response.into_body();
            drain(
                |body| body.read(7).map(|chunk| if chunk.is_empty() { vec![] } else { vec![chunk] }),
                body,
                |chunk| Value::from(String::from_utf8_lossy(&chunk).into_owned()),
            )
        }
        Read::Leak => {
            std::mem::forget(response.into_body());
            Ok(Value::Null)
        }
    };
    match body {
        Ok(body) => json!({ "status": status, "headers": headers, "body": body }),
        Err(error) => failure(&error),
    }
}

fn drain<S, T>(
    next: impl Fn(&S) -> Result<Vec<T>, Error>,
    source: S,
    show: impl Fn(T) -> Value,
) -> Result<Value, Error> {
    let mut all = Vec::new();
    loop {
        let batch = next(&source)?;
        if batch.is_empty() {
            return Ok(all.into());
        }
        all.extend(batch.into_iter().map(&show));
    }
}

pub(crate) fn failure(error: &Error) -> Value {
    json!({ "error": format!("{:?}", error.kind), "message": error.message, "sent": error.sent })
}

/// Takes so many mebibytes, a sixteenth of them at a time, and touches them.
fn allocate(argument: &str) -> String {
    let mebibytes: usize = argument.parse().unwrap_or(1);
    let mut held = Vec::new();
    for _ in 0..16 {
        held.push(vec![1_u8; (mebibytes << 20) / 16]);
    }
    let touched: usize = std::hint::black_box(&held).iter().map(Vec::len).sum();
    touched.to_string()
}

#[allow(unconditional_recursion)]
fn recurse(depth: u64) -> u64 {
    let page = std::hint::black_box([depth; 64]);
    recurse(depth + 1) + page[0]
}

/// What a guest can learn without asking the host.
fn surroundings() -> String {
    let environment: Vec<_> = std::env::vars().collect();
    let arguments: Vec<_> = std::env::args().collect();
    let root: Option<Vec<String>> = std::fs::read_dir("/").ok().map(|entries| {
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    });
    json!({
        "environment": environment,
        "arguments": arguments,
        "root": root,
        "passwd": std::fs::read_to_string("/etc/passwd").ok(),
    })
    .to_string()
}

/// Writes and reads in its folder, and tries to leave it.
fn files(argument: &str) -> String {
    let written = std::fs::write("/notes/note.txt", argument).map_err(|error| error.to_string());
    json!({
        "written": written.err(),
        "read": std::fs::read_to_string("/notes/note.txt").ok(),
        "outside": std::fs::read_to_string("/notes/../secret.txt").ok(),
        "link": std::fs::read_to_string("/notes/link.txt").ok(),
    })
    .to_string()
}
