mod exact;
mod flights;
mod keys;
mod meanings;

use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue};

use super::*;
use crate::testing::TestClock;
use crate::usage::Ended;

const HOUR: Duration = Duration::from_secs(3_600);

const TARGET: Target<'_> = Target {
    dialect: "openai-chat",
    endpoint: "/v1/chat/completions",
    provider: "openai",
    model: "gpt-4o",
    tenant: Some("acme"),
    credential: Some("cred-1"),
    namespace: None,
    headers: "",
};

fn key(body: &str) -> CacheKey {
    CacheKey::new(&TARGET, body.as_bytes())
}

fn question(key: CacheKey) -> Question<'static> {
    let rule = CacheRule { mode: CacheMode::Simple, max_age: HOUR };
    Question { key, rule, meaning: None, refresh: false }
}

struct Rig {
    cache: Cache,
    clock: TestClock,
}

impl Rig {
    fn new() -> Self {
        Self::with(CacheOptions::default(), None)
    }

    fn with(options: CacheOptions, embed: Option<Arc<dyn Embed>>) -> Self {
        let clock = TestClock::new();
        Self { cache: Cache::new(options, Arc::new(clock.clone()), embed), clock }
    }

    fn ask(&self, question: Question<'_>) -> Lookup {
        self.cache.lookup(question).now_or_never().expect("nobody else asks")
    }

    fn lead(&self, question: Question<'_>) -> Lead {
        match self.ask(question) {
            Lookup::Lead(lead) => *lead,
            Lookup::Found(_, status) => panic!("found: {status}"),
        }
    }

    fn keep(&self, key: CacheKey, body: &str) {
        assert!(self.lead(question(key)).whole(200, &HeaderMap::new(), &Bytes::from(body.to_owned())));
    }
}

fn found(lookup: &Lookup) -> Option<(&Body, Status)> {
    match lookup {
        Lookup::Found(entry, status) => Some((&entry.body, *status)),
        Lookup::Lead(_) => None,
    }
}

fn whole(text: &str) -> Body {
    Body::Whole(Bytes::from(text.to_owned()))
}
