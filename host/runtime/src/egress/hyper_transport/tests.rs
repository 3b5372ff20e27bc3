//! Against real sockets on loopback.

use std::{
    io::{Read, Write},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    time::Duration,
};

use futures_util::StreamExt;
use http::{HeaderMap, Method};

use super::*;
use crate::egress::{
    address::AddressRule,
    origin::Origin,
    resolve::{ResolveError, Resolver, tests::FakeResolver},
};

pub(super) const SETTINGS: ClientSettings = ClientSettings {
    connect_timeout: Duration::from_secs(2),
    max_header_bytes: 64 << 10,
    max_headers: 50,
    max_connections: 4,
};

/// Serves each connection with this function, on a thread of its own.
fn server(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || serve(stream.unwrap()));
        }
    });
    address
}

/// Reads one request, body included.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut seen = Vec::new();
    let mut byte = [0; 1];
    while !seen.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        seen.push(byte[0]);
    }
    let head = String::from_utf8(seen).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |n| n.parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}

/// Answers every request on a connection with the same bytes.
fn answering(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let answer = answer.into();
    server(move |mut stream| {
        while read_request(&mut stream).is_some() {
            if stream.write_all(&answer).is_err() {
                return;
            }
        }
    })
}

fn request(method: Method, url: &str, body: &'static str) -> OutgoingRequest {
    OutgoingRequest {
        method,
        url: url.parse().unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::from_static(body.as_bytes()),
    }
}

fn client_with(url: &str, resolver: Arc<dyn Resolver>, settings: ClientSettings) -> Arc<dyn Client> {
    let origin = Origin::of(&url.parse().unwrap()).unwrap();
    let mut rule = AddressRule::new(vec!["127.0.0.1/32".parse().unwrap()]);
    rule.allow_named(&origin);
    HyperTransport::new().connect(Dial::new(origin, rule, resolver).unwrap(), settings).unwrap()
}

fn client(url: &str) -> Arc<dyn Client> {
    client_with(url, FakeResolver::answering(&[&["127.0.0.1"]]), SETTINGS)
}

pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn send(url: &str) -> Result<IncomingResponse, TransportError> {
    run(async { client(url).send(request(Method::GET, url, "")).await })
}

pub(super) async fn read(body: ResponseBody) -> Result<Vec<u8>, TransportError> {
    let chunks: Vec<_> = body.collect().await;
    Ok(chunks.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

#[test]
fn a_request_goes_out_as_it_was_built() {
    let (tell, told) = mpsc::channel();
    let address = server(move |mut stream| {
        while let Some(request) = read_request(&mut stream) {
            tell.send(request).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-a: b\r\n\r\nok").unwrap();
        }
    });
    let url = format!("http://api.example.com:{}/v1/chat?x=%20", address.port());
    run(async {
        let client = client(&url);
        let mut outgoing = request(Method::POST, &url, "{}");
        outgoing.headers.insert("x-b", "c".parse().unwrap());
        let answer = client.send(outgoing).await.unwrap();
        assert_eq!((answer.status.as_u16(), &answer.headers["x-a"]), (200, &"b".parse().unwrap()));
        assert_eq!(read(answer.body).await.unwrap(), b"ok");
        client.send(request(Method::POST, &url, "")).await.unwrap();
    });
    let port = address.port();
    assert_eq!(
        told.recv().unwrap(),
        format!(
            "post /v1/chat?x=%20 http/1.1\r\nx-b: c\r\naccept: */*\r\nhost: api.example.com:{port}\r\ncontent-length: 2\r\n\r\n{{}}"
        )
    );
    assert!(told.recv().unwrap().contains("content-length: 0\r\n"));
}

#[test]
fn connections_are_reused() {
    let (tell, told) = mpsc::channel();
    let address = server(move |mut stream| {
        tell.send(()).unwrap();
        while read_request(&mut stream).is_some() {
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        }
    });
    let url = format!("http://{address}/");
    run(async {
        let client = client(&url);
        for _ in 0..3 {
            read(client.send(request(Method::GET, &url, "")).await.unwrap().body).await.unwrap();
        }
    });
    assert_eq!(told.try_iter().count(), 1);
}

#[test]
fn redirects_come_back_and_nothing_is_decoded() {
    let elsewhere = answering("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil");
    let address = answering(format!(
        "HTTP/1.1 302 Found\r\nlocation: http://{elsewhere}/\r\nset-cookie: a=b\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1f8b"
    ));
    run(async {
        let url = format!("http://{address}/");
        let answer = client(&url).send(request(Method::GET, &url, "")).await.unwrap();
        assert_eq!(answer.status, 302);
        assert_eq!(read(answer.body).await.unwrap(), b"\x1f8b");
    });
}

#[test]
fn a_name_is_connected_to_only_where_its_dial_allows_each_time() {
    let address = answering("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    let url = format!("http://rebind.example:{}/", address.port());
    let resolver = FakeResolver::answering(&[&["127.0.0.1"], &["127.0.0.2"]]);
    run(async {
        let client = client_with(&url, Arc::clone(&resolver) as _, SETTINGS);
        read(client.send(request(Method::GET, &url, "")).await.unwrap().body).await.unwrap();
        let error = client.send(request(Method::GET, &url, "")).await.err().unwrap();
        assert!(
            matches!(&error, TransportError::Refused(DialError::Forbidden { dropped, .. }) if dropped.len() == 1),
            "{error:?}"
        );
        assert!(!error.sent());
    });
    assert_eq!(resolver.asked.lock().unwrap().len(), 2);
}

#[test]
fn a_closed_port_is_unreachable_and_nothing_was_sent() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = send(&format!("http://127.0.0.1:{port}/?key=sk-secret")).err().unwrap();
    assert!(matches!(error, TransportError::Unreachable { .. }) && !error.sent(), "{error:?}");
    let text = format!("can't connect to 127.0.0.1:{port}: connection refused; ");
    assert!(error.to_string().starts_with(&text), "{error}");
    assert!(!format!("{error:?}").contains("sk-secret"), "{error:?}");
}

#[test]
fn a_server_without_tls_is_told_apart() {
    let address = server(|mut stream| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let error = send(&format!("https://127.0.0.1:{}/", address.port())).err().unwrap();
    assert!(matches!(error, TransportError::Tls { .. }) && !error.sent(), "{error:?}");
    let closing = server(drop);
    let error = send(&format!("https://127.0.0.1:{}/", closing.port())).err().unwrap();
    assert!(!error.sent(), "{error:?}");
}

#[derive(Debug)]
struct Silent;

impl Resolver for Silent {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn connecting_ends_in_time_look_up_included() {
    let settings = ClientSettings { connect_timeout: Duration::from_millis(50), ..SETTINGS };
    let error = run(async {
        let client = client_with("http://slow.example/", Arc::new(Silent), settings);
        client.send(request(Method::GET, "http://slow.example/", "")).await.err().unwrap()
    });
    assert!(
        matches!(&error, TransportError::ConnectTimeout { peer } if peer == "slow.example:80"),
        "{error:?}"
    );
    assert!(!error.sent());
}

#[test]
fn an_unknown_name_is_refused_before_anything_is_sent() {
    let error = run(async {
        let client = client_with("http://gone.example/", FakeResolver::answering(&[&[]]), SETTINGS);
        client.send(request(Method::GET, "http://gone.example/", "")).await.err().unwrap()
    });
    assert_eq!(error.to_string(), "`gone.example` resolves to no address");
    assert!(!error.sent());
}

#[test]
fn headers_without_end_are_an_error_that_says_so() {
    let one = format!("HTTP/1.1 200 OK\r\nx-large: {}\r\ncontent-length: 0\r\n\r\n", "x".repeat(10 << 20));
    let many = format!("HTTP/1.1 200 OK\r\n{}content-length: 0\r\n\r\n", "x: y\r\n".repeat(60));
    for answer in [one, many] {
        let error = send(&format!("http://{}/", answering(answer))).err().unwrap();
        assert!(matches!(error, TransportError::HeadersTooLarge { .. }) && error.sent(), "{error:?}");
        assert!(error.to_string().contains("answer headers too large"), "{error}");
    }
}

#[test]
fn an_exchange_that_breaks_was_sent() {
    let silent = server(|mut stream| drop(read_request(&mut stream)));
    let nonsense = answering("SSH-2.0-OpenSSH_9.9\r\n\r\n");
    for address in [silent, nonsense] {
        let error = send(&format!("http://{address}/")).err().unwrap();
        assert!(matches!(error, TransportError::Broken { .. }) && error.sent(), "{error:?}");
    }
    let short = server(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").unwrap();
    });
    let error = run(async {
        let url = format!("http://{short}/");
        let answer = client(&url).send(request(Method::GET, &url, "")).await.unwrap();
        read(answer.body).await.unwrap_err()
    });
    assert!(matches!(error, TransportError::Broken { .. }) && error.sent(), "{error:?}");
}

#[test]
fn an_exchange_beyond_the_limit_waits_for_a_body_to_go() {
    let address = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let url = format!("http://{address}/");
    run(async {
        let settings = ClientSettings { max_connections: 1, ..SETTINGS };
        let client = client_with(&url, FakeResolver::answering(&[]), settings);
        let first = client.send(request(Method::GET, &url, "")).await.unwrap();
        let mut second = client.send(request(Method::GET, &url, ""));
        let early = tokio::time::timeout(Duration::from_millis(50), &mut second).await;
        assert!(early.is_err());
        drop(first);
        assert_eq!(second.await.unwrap().status, 200);
    });
}

#[test]
fn a_file_without_certificates_is_an_error() {
    assert!(HyperTransport::new().with_roots(b"not a certificate").is_err());
}

/// Run with `cargo test --release -- --ignored --nocapture cost`.
#[test]
#[ignore = "a measurement, not a check"]
fn cost_of_a_client() {
    let start = std::time::Instant::now();
    let kept: Vec<_> = (0..20).map(|_| client("https://api.example.com")).collect();
    println!("one client: {:?}", start.elapsed() / 20);
    drop(kept);
}
