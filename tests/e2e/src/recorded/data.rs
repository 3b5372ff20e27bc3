//! Where the recordings and the oracle's lines are, and how they are read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

/// One recorded exchange.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// HTTP method, in upper case.
    pub method: String,
    /// The upstream's host, with its port where it isn't the usual one.
    pub host: String,
    /// Path and query.
    pub path: String,
    /// The request's body.
    pub request: Bytes,
    /// HTTP status of the answer.
    pub status: u16,
    /// Headers of the answer, without those of the transfer.
    pub headers: Vec<(String, String)>,
    /// The answer's body.
    pub body: Bytes,
}

impl Exchange {
    /// The path without its query.
    pub fn bare_path(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    fn read(line: &str) -> Self {
        let value: Value = serde_json::from_str(line).expect("a recording is JSON");
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        // They describe the transfer, which the recording has undone.
        let transfer =
            |name: &str| ["content-encoding", "content-length", "transfer-encoding"].contains(&name);
        let headers = value["headers"].as_object().into_iter().flatten();
        Self {
            method: text("method").to_uppercase(),
            host: text("host"),
            path: text("path"),
            request: body(&value["req"]),
            status: value["status"].as_u64().and_then(|status| status.try_into().ok()).expect("a status"),
            headers: headers
                .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap_or_default().to_owned()))
                .filter(|(name, _)| !transfer(name))
                .collect(),
            body: body(&value["resp"]),
        }
    }
}

fn body(part: &Value) -> Bytes {
    if let Some(text) = part["text"].as_str() {
        return text.to_owned().into();
    }
    let text = part["b64"].as_str().expect("a body is text or base64");
    STANDARD.decode(text).expect("base64").into()
}

/// What shape an expectation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// OpenAI's chat completion, whole.
    Chat,
    /// The same, put together from its chunks.
    ChatStream,
    /// OpenAI's response or one of its older completions, in a chat's shape.
    Answer,
    /// The same, put together from its events or chunks.
    AnswerStream,
    /// OpenAI's embeddings.
    Embeddings,
    /// Anthropic's message, whole.
    Messages,
    /// The same, put together from its events.
    MessagesStream,
    /// An answer in the shape that serves the other SDKs' own, whole.
    Neutral,
    /// The same, put together from its pieces.
    NeutralStream,
    /// A count of tokens.
    CountTokens,
    /// An error.
    Error,
}

impl Kind {
    fn read(word: &str) -> Self {
        match word {
            "chat" => Self::Chat,
            "chat-stream" => Self::ChatStream,
            "responses" | "completions" => Self::Answer,
            "responses-stream" | "completions-stream" => Self::AnswerStream,
            "embeddings" => Self::Embeddings,
            "messages" => Self::Messages,
            "messages-stream" => Self::MessagesStream,
            "neutral" => Self::Neutral,
            "neutral-stream" => Self::NeutralStream,
            "count-tokens" => Self::CountTokens,
            "error" => Self::Error,
            other => panic!("the oracle has a new kind of expectation, `{other}`; compare it too"),
        }
    }

    /// Whether the answer came in pieces.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::ChatStream | Self::AnswerStream | Self::MessagesStream | Self::NeutralStream)
    }
}

/// What the SDK made of one exchange.
#[derive(Debug, Clone)]
pub struct Line {
    /// Name of the recording's file, without its ending.
    pub file: String,
    /// Line of the file, from 1.
    pub line: usize,
    /// The expectation's shape.
    pub kind: Kind,
    /// The model that was asked for; `unknown` where nothing says it.
    pub model: String,
    /// The request's body, where one was recorded.
    pub request: Option<Value>,
    /// The expectation.
    pub expect: Value,
}

impl Line {
    fn read(line: &str) -> Self {
        let mut value: Value = serde_json::from_str(line).expect("the oracle writes JSON");
        Self {
            file: stem(value["file"].as_str().expect("a file")).to_owned(),
            line: value["line"].as_u64().and_then(|line| line.try_into().ok()).expect("a line"),
            kind: Kind::read(value["kind"].as_str().unwrap_or_default()),
            model: value["model"].as_str().unwrap_or("unknown").to_owned(),
            request: Some(value["req"].take()).filter(|request| !request.is_null()),
            expect: value["expect"].take(),
        }
    }

    /// Its name in messages.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

fn stem(file: &str) -> &str {
    file.strip_suffix(".jsonl").unwrap_or(file)
}

/// All recordings, by file and in their order; nothing where there are none.
/// `JACKFIELD_RECORDED` names the folder, else it lies beside the repository.
pub fn recordings() -> Option<BTreeMap<String, Vec<Exchange>>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recorded");
    let folder = std::env::var_os("JACKFIELD_RECORDED").map_or_else(beside, PathBuf::from);
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).ok()? {
        let path = entry.expect("a readable folder").path();
        if path.extension().is_some_and(|ending| ending == "jsonl") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).expect("a readable recording");
            found.insert(name, text.lines().map(Exchange::read).collect());
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The oracle's lines; nothing where it hasn't been run. `JACKFIELD_PEER_ORACLE`
/// names the file: `make test-peers` makes one of the oracle as it is now, and one of
/// an earlier oracle would be judged by other rules than it was made by.
pub fn oracle() -> Option<Vec<Line>> {
    let file = std::env::var_os("JACKFIELD_PEER_ORACLE")?;
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.lines().map(Line::read).collect())
}
