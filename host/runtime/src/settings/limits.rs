//! What a provider's plugin may use up, and how long its calls may take. Every
//! number has a default that ordinary use doesn't reach and abuse does.

use super::document::{Fields, Node};
use super::period::Period;
use super::size::ByteSize;

/// `limits` of a provider. Sizes and counts are upper bounds; what would pass
/// one fails with an error that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory of one instance, all its linear memories together.
    pub memory: ByteSize,
    /// Body of one request to the upstream.
    pub request: ByteSize,
    /// Body of one answer, however it is read.
    pub response: ByteSize,
    /// All headers of one answer together.
    pub header: ByteSize,
    /// Requests to upstreams within one call of the plugin.
    pub requests_per_call: u32,
    /// Exchanges with upstreams open at once within one call.
    pub connections: u32,
    /// Calls and streams of this provider in progress at once.
    pub concurrency: u32,
    /// Calls that wait for their turn beyond those; one more is refused at once.
    pub queue: u32,
}

impl Default for Limits {
    /// * memory 256 MiB: guests written in Rust use 2 to 10, those that bring a
    ///   JavaScript or Python engine up to 100.
    /// * request 32 MiB: what the large providers take with images in it.
    /// * response 64 MiB: thousands of embeddings, or minutes of speech.
    /// * header 64 KiB: servers send a few.
    /// * requests-per-call 32: pages of a list, or an upload and its polling.
    /// * connections 8: a plugin is synchronous and rarely holds two.
    /// * concurrency 1,024: a thousand open streams, half of the pool.
    /// * queue 1,024: more would wait longer than their clients do.
    fn default() -> Self {
        Self {
            memory: ByteSize::mib(256),
            request: ByteSize::mib(32),
            response: ByteSize::mib(64),
            header: ByteSize::kib(64),
            requests_per_call: 32,
            connections: 8,
            concurrency: 1_024,
            queue: 1_024,
        }
    }
}

impl Limits {
    pub(super) fn read(node: &Node<'_>, most_memory: ByteSize) -> Option<Self> {
        let usual = Self { memory: Self::default().memory.min(most_memory), ..Self::default() };
        let mut fields = node.fields()?;
        let memory = fields.take("memory").and_then(|node| {
            let size = node.parse::<ByteSize>()?;
            if size > most_memory {
                node.reject(format!(
                    "{size} is more than the pool gives any plugin ({most_memory}): write less, or raise `memory` under [runtime]"
                ));
            }
            Some(size)
        });
        let limits = Self {
            memory: memory.unwrap_or(usual.memory),
            request: size(&mut fields, "request", usual.request),
            response: size(&mut fields, "response", usual.response),
            header: size(&mut fields, "header", usual.header),
            requests_per_call: count(&mut fields, "requests-per-call", 1, usual.requests_per_call),
            connections: count(&mut fields, "connections", 1, usual.connections),
            concurrency: count(&mut fields, "concurrency", 1, usual.concurrency),
            queue: count(&mut fields, "queue", 0, usual.queue),
        };
        fields.finish();
        Some(limits)
    }
}

fn size<'d>(fields: &mut Fields<'d>, name: &'d str, usual: ByteSize) -> ByteSize {
    fields.take(name).and_then(|node| node.parse()).unwrap_or(usual)
}

fn count<'d>(fields: &mut Fields<'d>, name: &'d str, least: u32, usual: u32) -> u32 {
    fields.take(name).and_then(|node| node.count(least, 1_000_000)).unwrap_or(usual)
}

/// `timeouts` of a provider. A caller or a plugin can ask for less, never for
/// more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// The whole call, the plugin's own computing included; of a stream, until
    /// its last event.
    pub total: Period,
    /// Until the first event of a stream.
    pub first_token: Period,
    /// Between two events of a stream.
    pub idle: Period,
    /// Until a connection to the upstream stands, TLS included.
    pub connect: Period,
}

impl Default for Timeouts {
    /// * total 10 min: what the providers' own clients wait.
    /// * first-token 2 min: reasoning models think before they speak.
    /// * idle 1 min: providers send a ping or a token every few seconds.
    /// * connect 10 s: a host that is up answers in well under one.
    fn default() -> Self {
        Self {
            total: Period::seconds(600),
            first_token: Period::seconds(120),
            idle: Period::seconds(60),
            connect: Period::seconds(10),
        }
    }
}

/// `timeouts` as they were written: what is absent is as usual, which the
/// catalog's preset may know better than [`Timeouts::default`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WrittenTimeouts {
    /// See [`Timeouts::total`].
    pub total: Option<Period>,
    /// See [`Timeouts::first_token`].
    pub first_token: Option<Period>,
    /// See [`Timeouts::idle`].
    pub idle: Option<Period>,
    /// See [`Timeouts::connect`].
    pub connect: Option<Period>,
}

impl WrittenTimeouts {
    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let written: Option<Period> = fields.take("total").and_then(|node| node.parse());
        let total = written.unwrap_or(Timeouts::default().total);
        let mut within = |name| {
            let node = fields.take(name)?;
            let period = node.parse::<Period>()?;
            if period > total {
                node.reject(format!(
                    "{period} is longer than the total of {total} and could never pass: write less, or raise `total`"
                ));
            }
            Some(period)
        };
        let (first_token, idle, connect) = (within("first-token"), within("idle"), within("connect"));
        fields.finish();
        Some(Self { total: written, first_token, idle, connect })
    }

    /// These over the usual ones, of which none may be longer than the total.
    pub fn over(self, usual: Timeouts) -> Timeouts {
        let total = self.total.unwrap_or(usual.total);
        Timeouts {
            total,
            first_token: self.first_token.unwrap_or(usual.first_token).min(total),
            idle: self.idle.unwrap_or(usual.idle).min(total),
            connect: self.connect.unwrap_or(usual.connect).min(total),
        }
    }
}
