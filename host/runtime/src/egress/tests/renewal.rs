//! How often a token is fetched, and when.

use futures_util::future::{join, join_all};
use std::sync::atomic::AtomicU16;

use super::{
    tokens::{CLIENT_SECRET, Provider, is_token, numbered, run, token},
    *,
};
use crate::manifest::auth::ClientAuth;

#[test]
fn a_hundred_concurrent_calls_make_one_token_request() {
    run(async {
        let provider = Provider::new();
        let calls = join_all((0..100).map(|_| provider.call())).await;
        assert!(calls.iter().all(|used| used.as_ref().unwrap() == &numbered(0)), "{calls:?}");
        assert_eq!(provider.token_requests().len(), 1);
        // And so they do when the token has expired.
        provider.clock.advance(4000);
        let calls = join_all((0..100).map(|_| provider.call())).await;
        assert!(calls.iter().all(|used| used.as_ref().unwrap() == &numbered(1)), "{calls:?}");
        assert_eq!(provider.token_requests().len(), 2);
    });
}

#[test]
fn a_caller_that_goes_away_takes_the_token_from_nobody() {
    run(async {
        let provider = Provider::new();
        {
            let mut first = Box::pin(provider.call());
            assert!(first.as_mut().now_or_never().is_none(), "it waits for the token");
            let others = join_all((0..3).map(|_| provider.call()));
            tokio::task::yield_now().await;
            drop(first);
            assert!(others.await.iter().all(|used| used.as_ref().unwrap() == &numbered(0)));
        }
        let alone = Provider::new();
        assert!(Box::pin(alone.call()).now_or_never().is_none());
        alone.settle().await;
        assert_eq!(alone.call().await.unwrap(), numbered(0), "the first caller's token is kept");
        assert_eq!(alone.token_requests().len(), 1);
    });
}

#[test]
fn a_token_is_renewed_before_it_expires_while_the_old_one_serves() {
    run(async {
        let provider = Provider::new();
        provider.call().await.unwrap();
        provider.clock.advance(3600 - 451);
        assert_eq!(provider.call().await.unwrap(), numbered(0));
        provider.settle().await;
        assert_eq!(provider.token_requests().len(), 1, "it is still far from its end");
        provider.clock.advance(160);
        let calls = join_all((0..100).map(|_| provider.call())).await;
        assert!(calls.iter().all(|used| used.as_ref().unwrap() == &numbered(0)), "nobody waits: {calls:?}");
        provider.settle().await;
        assert_eq!(provider.token_requests().len(), 2);
        assert_eq!(provider.call().await.unwrap(), numbered(1));
    });
}

#[test]
fn an_expired_token_is_never_sent() {
    run(async {
        let provider = Provider::new();
        provider.call().await.unwrap();
        provider.clock.advance(3600 - 9);
        assert_eq!(provider.call().await.unwrap(), numbered(1), "its last seconds may be over on the way");
    });
}

#[test]
fn another_token_gets_connections_of_its_own() {
    run(async {
        let provider = Provider::new();
        provider.call().await.unwrap();
        assert_eq!(provider.clients(), 2, "one to the endpoint, one to the API");
        provider.call().await.unwrap();
        assert_eq!(provider.clients(), 2);
        provider.clock.advance(4000);
        provider.call().await.unwrap();
        assert_eq!(provider.clients(), 3, "the endpoint's stays");
    });
}

/// The endpoint fails with this status, as long as it isn't 0.
fn failing(status: &Arc<AtomicU16>, retry_after: Option<&'static str>) -> Provider {
    let status = Arc::clone(status);
    Provider::answering(move |request, before| match (is_token(request), status.load(Ordering::Relaxed)) {
        (false, _) => Answer::new(200),
        (true, 0) => token(&numbered(before), 3600),
        (true, status) => {
            let answer = Answer::new(status).header("date", "Sat, 21 Nov 2026 10:00:00 GMT");
            retry_after.into_iter().fold(answer, |answer, text| answer.header("retry-after", text))
        }
    })
}

#[test]
fn an_endpoint_that_fails_is_left_alone_for_longer_and_longer() {
    run(async {
        let status = Arc::new(AtomicU16::new(503));
        let provider = failing(&status, None);
        let steps = [
            (0, 1),
            (0, 1),
            (1, 2),
            (1, 2),
            (1, 3),
            (3, 3),
            (1, 4),
            (8, 5),
            (16, 6),
            (31, 6),
            (1, 7),
            (59, 7),
        ];
        for (advance, requests) in steps {
            provider.clock.advance(advance);
            let calls = join_all((0..5).map(|_| provider.call())).await;
            assert!(calls.iter().all(Result::is_err));
            assert_eq!(provider.token_requests().len(), requests, "after {advance} more seconds");
        }
        status.store(0, Ordering::Relaxed);
        provider.clock.advance(1);
        assert_eq!(provider.call().await.unwrap(), numbered(7), "a minute is the most");
    });
}

#[test]
fn an_endpoint_may_say_itself_when_to_come_back() {
    for text in ["40", "Sat, 21 Nov 2026 10:00:40 GMT"] {
        run(async {
            let provider = failing(&Arc::new(AtomicU16::new(429)), Some(text));
            for (advance, requests) in [(0, 1), (39, 1), (1, 2)] {
                provider.clock.advance(advance);
                provider.call().await.unwrap_err();
                assert_eq!(provider.token_requests().len(), requests, "{text}, {advance}");
            }
        });
    }
    run(async {
        let provider = failing(&Arc::new(AtomicU16::new(429)), Some("99999999"));
        provider.call().await.unwrap_err();
        provider.clock.advance(601);
        provider.call().await.unwrap_err();
        assert_eq!(provider.token_requests().len(), 2, "but not for ever");
    });
}

#[test]
fn a_renewal_that_fails_leaves_the_old_token_in_use_and_the_endpoint_alone() {
    run(async {
        let status = Arc::new(AtomicU16::new(0));
        let provider = failing(&status, None);
        provider.call().await.unwrap();
        status.store(500, Ordering::Relaxed);
        provider.clock.advance(3400);
        for _ in 0..20 {
            assert_eq!(provider.call().await.unwrap(), numbered(0));
            provider.settle().await;
        }
        assert_eq!(provider.token_requests().len(), 2);
        provider.clock.advance(200);
        provider.call().await.unwrap_err();
    });
}

#[test]
fn a_token_that_the_upstream_refuses_is_forgotten_unless_it_is_new() {
    run(async {
        let provider = Provider::answering(|request, before| match is_token(request) {
            true => token(&numbered(before), 3600),
            false => Answer::new(if before < 3 { 401 } else { 200 }),
        });
        assert_eq!(provider.call().await.unwrap(), numbered(0));
        assert_eq!(provider.call().await.unwrap(), numbered(0), "another one would be refused as well");
        provider.clock.advance(31);
        assert_eq!(provider.call().await.unwrap(), numbered(0));
        assert_eq!(provider.call().await.unwrap(), numbered(1));
        provider.clock.advance(31);
        assert_eq!(provider.call().await.unwrap(), numbered(1), "the API takes it");
    });
}

#[test]
fn a_rotated_secret_is_exchanged_at_once() {
    run(async {
        let status = Arc::new(AtomicU16::new(0));
        let provider = failing(&status, None);
        provider.call().await.unwrap();
        provider.secret.replace("client-secret-of-today");
        assert_eq!(provider.call().await.unwrap(), numbered(1));
        let (_, body) = provider.token_requests().remove(1);
        assert!(!body.contains(CLIENT_SECRET));
        // Even where the old one has just failed.
        provider.clock.advance(4000);
        status.store(401, Ordering::Relaxed);
        provider.call().await.unwrap_err();
        status.store(0, Ordering::Relaxed);
        provider.call().await.unwrap_err();
        provider.secret.replace("client-secret-of-tomorrow");
        assert_eq!(provider.call().await.unwrap(), numbered(3));
    });
}

#[test]
fn an_endpoint_that_says_nothing_is_given_up() {
    run(async {
        let provider = Provider::new();
        provider.net.silent.store(true, Ordering::Relaxed);
        let (error, ()) = join(provider.call(), async {
            provider.settle().await;
            provider.clock.advance(30);
        })
        .await;
        let error = error.unwrap_err();
        assert_eq!((error.kind, error.sent), (EgressErrorKind::Timeout, false));
        assert!(error.message.contains("within 30 seconds"), "{error}");
        provider.net.silent.store(false, Ordering::Relaxed);
        provider.clock.advance(1);
        provider.call().await.unwrap();
    });
}

#[test]
fn whoever_fetches_on_a_runtime_that_ends_leaves_nobody_waiting() {
    let provider = Provider::new();
    run(async {
        let mut call = Box::pin(provider.call());
        assert!(call.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
        assert_eq!(provider.token_requests().len(), 1, "it is under way");
    });
    assert_eq!(run(provider.call()).unwrap(), numbered(1));
}

/// Stands in for the files of secrets: each time that they are read, there is
/// another secret in them.
#[derive(Debug)]
struct Files {
    secret: SharedSecret,
    reads: AtomicUsize,
}

impl Rotation for Files {
    fn look_again<'a>(&'a self, _: &'a HostSender) -> BoxFuture<'a, ()> {
        let before = self.reads.fetch_add(1, Ordering::Relaxed);
        self.secret.replace(&format!("client-secret-{before:04}"));
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn files_are_read_again_when_what_was_made_from_them_ends_and_not_for_every_request() {
    run(async {
        let provider =
            Provider::with(ClientAuth::Post, &[API, "https://login.example"], |request, before| {
                if is_token(request) { token(&numbered(before), 3600) } else { Answer::new(200) }
            });
        let files = Arc::new(Files { secret: provider.secret.clone(), reads: AtomicUsize::default() });
        let provider = provider.following(Arc::clone(&files) as _);
        for minted in 0..3 {
            for _ in 0..20 {
                assert_eq!(provider.call().await.unwrap(), numbered(minted));
            }
            assert_eq!(files.reads.load(Ordering::Relaxed), minted + 1);
            let (_, form) = provider.token_requests().remove(minted);
            assert!(form.contains(&format!("client_secret=client-secret-{minted:04}&")), "{form}");
            provider.clock.advance(3600);
        }
    });
}
