//! The chunks of a chat. Words come round again and again, so their chunks are
//! made once: what a stream costs here is writing it.

use bytes::Bytes;
use serde::Serialize;

use super::super::super::answer::{self, Answer, Content, THOUGHTS};
use super::super::super::knobs::Knobs;
use super::super::super::reply::Script;
use super::super::super::sse;
use super::super::super::text::{Pieces, WORDS, word};
use super::super::{CREATED, Usage, finish_reason};
use super::{FINGERPRINT, ID, Logprobs, call_id};

/// What a request wants of its stream.
pub(super) struct Wish {
    pub(super) choices: u64,
    pub(super) logprobs: bool,
    pub(super) usage: bool,
}

#[derive(Serialize)]
struct Chunk<'a> {
    id: &'static str,
    object: &'static str,
    created: u64,
    model: &'a str,
    service_tier: &'static str,
    system_fingerprint: &'static str,
    choices: &'a [ChunkChoice<'a>],
    /// Missing, null or there.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Option<Usage>>,
}

#[derive(Serialize)]
struct ChunkChoice<'a> {
    index: u64,
    delta: Delta<'a>,
    logprobs: Option<Logprobs>,
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct Delta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<[ToolDelta<'a>; 1]>,
}

#[derive(Serialize)]
struct ToolDelta<'a> {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    function: FunctionDelta<'a>,
}

#[derive(Serialize)]
struct FunctionDelta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    arguments: &'a str,
}

/// Writes chunks for a model.
struct Chunks<'a> {
    model: &'a str,
    wish: Wish,
}

impl Chunks<'_> {
    fn write(&self, choices: &[ChunkChoice<'_>], usage: Option<Usage>) -> Bytes {
        sse::data(&Chunk {
            id: ID,
            object: "chat.completion.chunk",
            created: CREATED,
            model: self.model,
            service_tier: "default",
            system_fingerprint: FINGERPRINT,
            choices,
            usage: self.wish.usage.then_some(usage),
        })
    }

    /// One chunk for each choice.
    fn each<'d>(&self, delta: impl Fn() -> Delta<'d>) -> impl Iterator<Item = Bytes> {
        (0..self.wish.choices).map(move |index| {
            let delta = delta();
            let logprobs = delta.content.filter(|_| self.wish.logprobs && delta.role.is_none());
            let logprobs = logprobs.map(Logprobs::of_one);
            self.write(&[ChunkChoice { index, delta, logprobs, finish_reason: None }], None)
        })
    }

    fn content(&self, piece: &str) -> impl Iterator<Item = Bytes> {
        self.each(move || Delta { content: Some(piece), ..Delta::default() })
    }

    fn calls(&self, calls: &[answer::Call]) -> Vec<Bytes> {
        let mut chunks = Vec::new();
        for (index, call) in calls.iter().enumerate() {
            let mut write = |name: Option<&str>, arguments: &str| {
                chunks.extend(self.each(|| {
                    let (id, r#type) = (name.map(|_| call_id(index)), name.map(|_| "function"));
                    let function = FunctionDelta { name, arguments };
                    Delta {
                        tool_calls: Some([ToolDelta { index, id, r#type, function }]),
                        ..Delta::default()
                    }
                }));
            };
            write(Some(&call.name), "");
            for slice in Pieces::sliced(&call.arguments).iter() {
                write(None, &slice);
            }
        }
        chunks
    }
}

/// The chunks of an answer.
pub(super) fn script(model: &str, answer: Answer, knobs: &Knobs, wish: Wish) -> Script {
    let chunks = Chunks { model, wish };
    let role = || Delta { role: Some("assistant"), content: Some(""), ..Delta::default() };
    let mut head: Vec<_> = chunks.each(role).collect();
    if answer.reasoning {
        for thought in THOUGHTS {
            head.extend(chunks.each(|| Delta { reasoning_content: Some(thought), ..Delta::default() }));
        }
    }
    let mut words = Vec::new();
    let mut repeats = 0;
    match answer.content {
        Content::Text(Pieces::Words { first, count }) => {
            head.extend(chunks.content(&first));
            words = (1..=WORDS.len() as u64).flat_map(|index| chunks.content(word(index))).collect();
            repeats = count.map_or(u64::MAX, |count| (count - 1) * chunks.wish.choices);
        }
        Content::Text(Pieces::Slices(slices)) => {
            head.extend(slices.iter().flat_map(|slice| chunks.content(slice)));
        }
        Content::Calls(calls) => head.extend(chunks.calls(&calls)),
    }
    let finish_reason = Some(finish_reason(answer.finish));
    let end = |index| ChunkChoice { index, delta: Delta::default(), logprobs: None, finish_reason };
    let mut tail: Vec<_> = (0..chunks.wish.choices).map(|index| chunks.write(&[end(index)], None)).collect();
    if chunks.wish.usage && !knobs.no_usage {
        tail.push(chunks.write(&[], Some(answer.usage.into())));
    }
    if !knobs.no_done {
        tail.push(sse::done());
    }
    let repeated = (0..repeats).map(move |index| words[index as usize % words.len()].clone());
    Box::new(head.into_iter().chain(repeated).chain(tail))
}
