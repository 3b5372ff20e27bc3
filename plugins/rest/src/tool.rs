//! A tool as both kinds of description say it: everything that is known before
//! its first call, in exact types.

use std::fmt;
use std::ops::RangeInclusive;

use jackfield_sdk::http::Method;
use serde_json::{Map, Value};

use crate::pointer::Pointer;
use crate::schema::Schema;
use crate::template::{Json, Template};

/// One tool.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) method: Verb,
    /// Segments, without the slashes before them.
    pub(crate) path: Vec<Template>,
    pub(crate) query: Vec<Item>,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, Template)>,
    pub(crate) body: Body,
    pub(crate) parameters: Parameters,
    pub(crate) pages: Option<Pages>,
    pub(crate) answer: Answers,
    pub(crate) failure: Failure,
    pub(crate) retry: Retry,
    pub(crate) read_only: bool,
    pub(crate) timeout_ms: Option<u64>,
}

impl Tool {
    /// Whether sending its request twice does no more than sending it once.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.read_only || self.method.is_idempotent()
    }
}

/// The methods of tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    pub(crate) const WORDS: [(&'static str, Verb); 5] = [
        ("GET", Verb::Get),
        ("POST", Verb::Post),
        ("PUT", Verb::Put),
        ("PATCH", Verb::Patch),
        ("DELETE", Verb::Delete),
    ];

    /// Whether sending it twice is sending it once (RFC 9110, section 9.2.2).
    pub(crate) fn is_idempotent(self) -> bool {
        matches!(self, Verb::Get | Verb::Put | Verb::Delete)
    }

    pub(crate) fn method(self) -> Method {
        match self {
            Verb::Get => Method::Get,
            Verb::Post => Method::Post,
            Verb::Put => Method::Put,
            Verb::Patch => Method::Patch,
            Verb::Delete => Method::Delete,
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Verb::WORDS.iter().find(|(_, verb)| verb == self).map_or("", |(word, _)| word);
        f.write_str(word)
    }
}

/// A parameter of a query or a field of a form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) value: Json,
    pub(crate) style: Style,
}

/// How an array or an object becomes parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `a=1&a=2`.
    Repeat,
    /// `a[]=1&a[]=2`.
    Brackets,
    /// `a=1,2`.
    Comma,
    /// `a=1 2`, encoded.
    Space,
    /// `a=1|2`, encoded.
    Pipe,
    /// An object as `a[x]=1&a[y]=2`.
    Deep,
    /// An object as `x=1&y=2`.
    Members,
    /// Its JSON text.
    Json,
}

impl Style {
    pub(crate) const WORDS: [(&'static str, Style); 8] = [
        ("repeat", Style::Repeat),
        ("brackets", Style::Brackets),
        ("comma", Style::Comma),
        ("space", Style::Space),
        ("pipe", Style::Pipe),
        ("deep", Style::Deep),
        ("members", Style::Members),
        ("json", Style::Json),
    ];
}

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    None,
    Json { content_type: String, value: Json },
    Form(Form),
}

/// A form's fields.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Form {
    /// These.
    Items(Vec<Item>),
    /// The members of an argument that is an object, each in its style; members
    /// without one are repeated.
    Argument(String, Vec<(String, Style)>),
}

/// What a caller may give.
#[derive(Debug, Clone)]
pub(crate) struct Parameters {
    /// JSON schema of all arguments, an object: what a model is shown.
    pub(crate) shown: Value,
    /// The same, ready to check.
    pub(crate) schema: Schema,
    /// What stands for an argument that isn't given.
    pub(crate) defaults: Map<String, Value>,
}

/// How an answer goes on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pages {
    pub(crate) next: Next,
    /// Where the elements of a page are.
    pub(crate) items: Pointer,
    /// What says whether there is more, where the answer has it.
    pub(crate) more: Option<Pointer>,
    pub(crate) most_pages: usize,
    pub(crate) most_items: usize,
}

/// How the next page is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Next {
    /// A value of the answer goes into the next request.
    Cursor { from: Pointer, into: Into },
    /// The number of elements seen goes into it.
    Offset { into: Into, first: u64, size: Option<u64> },
    /// The page's number does.
    Page { into: Into, first: u64, size: Option<u64> },
    /// The address in the header `Link` with `rel=next` (RFC 8288).
    Link,
    /// The address at a place of the answer.
    Address(Pointer),
}

/// Where in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Into {
    Query(String),
    Body(Pointer),
}

/// What becomes of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Answers {
    pub(crate) expected: Statuses,
    pub(crate) shape: Shape,
    /// What the whole body must follow.
    pub(crate) schema: Option<Schema>,
    /// The same, as a caller is shown it.
    pub(crate) returns: Option<Value>,
    /// The part that is the result.
    pub(crate) select: Pointer,
    /// The members of the result, by where they come from; all where empty.
    pub(crate) fields: Vec<(String, Pointer)>,
    /// The most bytes of all pages.
    pub(crate) most_bytes: usize,
}

/// What a body is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// What its content type says.
    Auto,
    Json,
    Text,
    Image,
}

/// What a failure says.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) message: Option<Pointer>,
    pub(crate) code: Option<Pointer>,
    /// What an answer with an expected status has if it is an error all the
    /// same.
    pub(crate) when: Option<Pointer>,
    /// Statuses that the model is told of; the others are the host's affair.
    pub(crate) told: Statuses,
}

/// When a request is sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Retry {
    /// How often it is sent at most, the first time included.
    pub(crate) attempts: u32,
    pub(crate) statuses: Statuses,
    pub(crate) wait_ms: u64,
    /// The longest wait; an upstream that asks for a longer one isn't asked
    /// again.
    pub(crate) most_wait_ms: u64,
}

/// Some HTTP statuses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Statuses(pub(crate) Vec<RangeInclusive<u16>>);

impl Statuses {
    pub(crate) fn of(codes: &[u16]) -> Statuses {
        Statuses(codes.iter().map(|code| *code..=*code).collect())
    }

    pub(crate) fn has(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }
}

impl Answers {
    /// Whether something is done with an answer that only JSON has.
    pub(crate) fn needs_json(&self) -> bool {
        self.schema.is_some() || !self.fields.is_empty() || self.select != Pointer::default()
    }
}

impl Default for Answers {
    /// Any 2xx, whole, up to 4 MiB.
    fn default() -> Self {
        Answers {
            expected: Statuses(vec![200..=299]),
            shape: Shape::Auto,
            schema: None,
            returns: None,
            select: Pointer::default(),
            fields: Vec::new(),
            most_bytes: 4 << 20,
        }
    }
}

impl Default for Failure {
    /// A model is told what another request could avoid.
    fn default() -> Self {
        Failure { message: None, code: None, when: None, told: Statuses::of(&[400, 404, 409, 410, 412, 422]) }
    }
}

impl Retry {
    /// What holds where nothing is written.
    pub(crate) fn usual(repeatable: bool) -> Retry {
        Retry {
            attempts: if repeatable { 3 } else { 1 },
            statuses: Statuses::of(&[429, 502, 503, 504]),
            wait_ms: 500,
            most_wait_ms: 10_000,
        }
    }
}
