//! Takes connections and requests, and lets the knobs of a model's name have
//! their way before an answer goes out.

mod head;

use std::future::{Future, pending};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::dispatch::{Target, model, models};
use super::error::{ApiError, Dialect};
use super::knobs::Instead;
use super::play::Playing;
use super::reply::{Call, Reply, ReplyContent, error_event};
use super::state::{OpenConnection, Received, State, Waiting};
use super::{UpstreamOptions, admin};

use head::Head;

/// How long the server rests when the system has no more connections to give.
const OUT_OF_CONNECTIONS: Duration = Duration::from_millis(20);

/// Answers until `shutdown` is ready.
pub(super) async fn serve(
    listener: TcpListener,
    options: UpstreamOptions,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let state = Arc::new(State::new(options, listener.local_addr()?));
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => return Ok(()),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&state)));
                }
                Err(_) => tokio::time::sleep(OUT_OF_CONNECTIONS).await,
            },
        }
    }
}

async fn connection(stream: TcpStream, state: Arc<State>) {
    let _open = OpenConnection::new(&state);
    // Without this, small writes wait for the client's acknowledgements.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(|request| handle(Arc::clone(&state), request));
    // An error here is the client's leaving, or a fault that a knob asked for.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn handle(state: Arc<State>, request: Request<Incoming>) -> io::Result<Response<Playing>> {
    if let Some(body) = admin::answer(&state, request.uri().path()) {
        return Ok(Head::new(200, "application/json").finish(whole(body)));
    }
    let number = state.counters.requests.fetch_add(1, Relaxed) + 1;
    let (head, body) = request.into_parts();
    let anthropic = head.headers.contains_key("anthropic-version");
    let dialect = Target::of(head.uri.path(), anthropic).dialect();
    let response = match Limited::new(body, state.options.max_body).collect().await {
        Ok(body) => {
            let received = Arc::new(Received { head, body: body.to_bytes() });
            state.remember(&received);
            answer(&state, &received, anthropic, number).await?
        }
        Err(error) if error.is::<LengthLimitError>() => {
            refusal(&ApiError::too_large(state.options.max_body), dialect, number, None)
        }
        Err(error) => return Err(io::Error::other(error)),
    };
    Ok(response)
}

async fn answer(
    state: &Arc<State>,
    received: &Received,
    anthropic: bool,
    number: u64,
) -> io::Result<Response<Playing>> {
    let call = Call { state, request: received };
    let path = received.head.uri.path();
    let target = Target::of(path, anthropic);
    let dialect = target.dialect();
    let outcome = check(call, target).and_then(|()| match target {
        Target::Endpoint(_, endpoint) => endpoint(call).map(Outcome::Reply),
        Target::Models(dialect) => Ok(Outcome::Plain(models(dialect))),
        Target::Model(dialect, name) => Ok(Outcome::Plain(model(dialect, name))),
        Target::Redirected => Ok(Outcome::Plain(Bytes::from_static(b"{\"redirected\":true}"))),
        Target::Unknown(_) => Err(ApiError::unknown_path(received.head.method.as_str(), path)),
    });
    let response = match outcome {
        Ok(Outcome::Reply(reply)) => play(call, state, reply, dialect, number).await?,
        Ok(Outcome::Plain(body)) => {
            Head::new(200, "application/json").request_id(dialect, number).finish(whole(body))
        }
        Err(error) => refusal(&error, dialect, number, None),
    };
    if state.options.log {
        eprintln!("{} {path} -> {}", received.head.method, response.status().as_u16());
    }
    Ok(response)
}

enum Outcome {
    Reply(Reply),
    Plain(Bytes),
}

/// The key and the method.
fn check(call: Call<'_>, target: Target<'_>) -> Result<(), ApiError> {
    let head = &call.request.head;
    if matches!(target, Target::Redirected) {
        return Ok(());
    }
    if call.state.options.required_key.as_deref().is_some_and(|key| key != call.key()) {
        return Err(ApiError::unauthorized());
    }
    match target.method() {
        Some(method) if method != head.method => Err(ApiError::method(head.method.as_str(), head.uri.path())),
        _ => Ok(()),
    }
}

/// Sends a good answer, or what the knobs want in its place.
async fn play(
    call: Call<'_>,
    state: &Arc<State>,
    reply: Reply,
    dialect: Dialect,
    number: u64,
) -> io::Result<Response<Playing>> {
    let Reply { model, knobs, content_type, content } = reply;
    let mut waiting = Waiting::for_head(state);
    let delay = knobs.delay.unwrap_or(state.options.delay);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if knobs.instead == Some(Instead::Silent) {
        return pending().await;
    }
    if let Some((status, when)) = knobs.status
        && state.applies(&model, when)
    {
        waiting.finish();
        return Ok(refusal(&ApiError::asked_for(status), dialect, number, knobs.retry_after));
    }
    let head = Head::new(200, content_type).request_id(dialect, number);
    if let Some(instead) = knobs.instead {
        waiting.finish();
        return instead_of(call, instead, head);
    }
    let head = if knobs.big_header { head.big() } else { head };
    let body = match content {
        ReplyContent::Whole(body) => {
            let body = Playing::whole(body, &knobs, waiting);
            return Ok(head.finish(body));
        }
        ReplyContent::Stream(script) => {
            waiting.finish();
            let slow = knobs.slow.unwrap_or(state.options.slow);
            let error = error_event(dialect, &ApiError::asked_for(500));
            Playing::stream(script, &knobs, slow, error, Waiting::for_stream(state))
        }
    };
    Ok(head.finish(body))
}

fn instead_of(call: Call<'_>, instead: Instead, head: Head) -> io::Result<Response<Playing>> {
    let page = "<!DOCTYPE html><title>Not an API</title><p>This is a web page.";
    Ok(match instead {
        Instead::Silent | Instead::Reset => return Err(io::Error::other("closed on purpose")),
        Instead::Html => {
            Head::new(200, "text/html; charset=utf-8").finish(whole(Bytes::from_static(page.as_bytes())))
        }
        Instead::Garbage => head.finish(whole(noise())),
        Instead::Empty => head.finish(whole(Bytes::new())),
        Instead::OtherJson => head.finish(whole(Bytes::from_static(b"{\"hello\":\"world\"}"))),
        Instead::Redirect => {
            let port = call.state.address.port();
            Head::new(307, "text/plain")
                .location(&format!("http://localhost:{port}/redirected"))
                .finish(whole(Bytes::new()))
        }
        Instead::RedirectSame => {
            Head::new(307, "text/plain").location("/redirected").finish(whole(Bytes::new()))
        }
    })
}

fn refusal(
    error: &ApiError,
    dialect: Dialect,
    number: u64,
    retry_after: Option<Duration>,
) -> Response<Playing> {
    let head = Head::new(error.status, "application/json").request_id(dialect, number);
    let head = retry_after.into_iter().fold(head, Head::retry_after);
    head.finish(whole(error.body(dialect)))
}

fn whole(body: Bytes) -> Playing {
    Playing::Whole(Some(body))
}

/// Bytes that look like nothing, the same in every run.
fn noise() -> Bytes {
    let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(7), next).take(4096).map(|state: u32| (state >> 24) as u8).collect()
}
