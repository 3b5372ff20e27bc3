//! Answers out of the cache.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use jackfield_router::Leaf;
use jackfield_router::cache::Target as Place;
use jackfield_router::cache::{Body as Kept, CacheKey, Entry, Lookup, Question, Status};

use super::tries::Kind;
use super::{Answer, Behalf, EVENTS, JSON, Reply, Target};
use crate::wire::body::Body;

/// What the cache knows of a request; nothing where it isn't asked.
pub(super) async fn lookup(
    kind: &impl Kind,
    behalf: &Behalf<'_>,
    leaf: &Leaf,
    target: &Target,
    body: &Bytes,
) -> Option<Lookup> {
    let (rule, dialect) = (leaf.cache?, kind.cached_as()?);
    let sent = behalf.sent_on(kind.own_headers(), &leaf.forward_headers);
    let headers = format!("{sent:?}");
    let place = Place {
        dialect,
        endpoint: behalf.endpoint,
        provider: &target.name,
        model: &target.model,
        tenant: behalf.asked.caller.tenant.as_deref(),
        credential: target.provider.variant(),
        namespace: behalf.asked.wishes.cache_namespace.as_deref(),
        headers: &headers,
    };
    let meaning = match rule.mode {
        jackfield_router::config::CacheMode::Semantic => kind.meaning(&place, body),
        jackfield_router::config::CacheMode::Simple => None,
    };
    let refresh = behalf.asked.wishes.cache_refresh;
    let question = Question { key: CacheKey::new(&place, body), rule, meaning: meaning.as_ref(), refresh };
    Some(behalf.services.cache.lookup(question).await)
}

/// An answer that was kept, as it was.
pub(super) fn answer(target: Target, entry: &Arc<Entry>, status: Status) -> Answer {
    let stream = matches!(entry.body, Kept::Stream(_));
    let content_type = entry.headers.get(CONTENT_TYPE).cloned();
    let content_type = content_type.unwrap_or(if stream { EVENTS } else { JSON });
    let body = match &entry.body {
        Kept::Whole(bytes) => Reply::Whole(bytes.clone()),
        Kept::Stream(pieces) => {
            let pieces = pieces.clone();
            Reply::Stream(Box::new(|_| Body::Pieces(Box::pin(stream::iter(pieces.into_iter().map(Ok))))))
        }
    };
    let whole = Answer::whole(&target, content_type, Bytes::new(), Vec::new());
    Answer { status: entry.status, body, cache: status, ..whole }
}
