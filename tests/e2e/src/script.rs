//! An upstream on a real loopback socket that answers each request with the next
//! reply of its script, byte for byte, and tells what it saw: requests as they
//! came in, connections that are open, connections that the client closed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One step of a reply.
#[derive(Debug, Clone)]
pub enum Step {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Wait.
    Pause(Duration),
    /// Say nothing more until the client hangs up.
    Hang,
    /// Send these bytes again and again until the client hangs up.
    Endless(Vec<u8>),
    /// The same, waiting this long before each time.
    Drip(Vec<u8>, Duration),
    /// Close the connection.
    Close,
}

/// What one request is answered with.
#[derive(Debug, Clone, Default)]
pub struct Reply(pub Vec<Step>);

impl Reply {
    /// A whole answer with its length.
    pub fn json(status: u16, body: &str) -> Self {
        Self::of(status, "application/json", body)
    }

    /// A whole answer of some type.
    pub fn of(status: u16, content_type: &str, body: &str) -> Self {
        Self::head(status, &format!("content-type: {content_type}\r\ncontent-length: {}\r\n", body.len()))
            .send(body)
    }

    /// A status line and headers, each with its line end.
    pub fn head(status: u16, headers: &str) -> Self {
        Self(vec![Step::Send(format!("HTTP/1.1 {status} X\r\n{headers}\r\n").into_bytes())])
    }

    /// The head of an event stream that ends when the connection closes.
    pub fn events() -> Self {
        Self::head(200, "content-type: text/event-stream\r\nconnection: close\r\n")
    }

    /// Then these bytes.
    #[must_use]
    pub fn send(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.push(Step::Send(bytes.into()));
        self
    }

    /// Then wait.
    #[must_use]
    pub fn pause(self, time: Duration) -> Self {
        self.then(Step::Pause(time))
    }

    /// All of it after this long.
    #[must_use]
    pub fn after(mut self, time: Duration) -> Self {
        self.0.insert(0, Step::Pause(time));
        self
    }

    /// Then this step.
    #[must_use]
    pub fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }
}

/// The upstream. It ends with the test's runtime.
#[derive(Debug, Clone)]
pub struct Script {
    address: std::net::SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    accepted: AtomicUsize,
    open: AtomicUsize,
    hung_up: AtomicUsize,
}

impl Script {
    /// Starts it. Requests beyond the script get its last reply again.
    pub async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("its address");
        let seen = Arc::new(Seen::default());
        let next = Arc::new(AtomicUsize::new(0));
        let (watched, replies) = (Arc::clone(&seen), Arc::new(replies));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, next, replies) = (Arc::clone(&watched), Arc::clone(&next), Arc::clone(&replies));
                seen.accepted.fetch_add(1, Ordering::SeqCst);
                seen.open.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    if serve(stream, &seen, &next, &replies).await.is_err() {
                        seen.hung_up.fetch_add(1, Ordering::SeqCst);
                    }
                    seen.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, seen }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests so far, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Connections accepted so far.
    pub fn accepted(&self) -> usize {
        self.seen.accepted.load(Ordering::SeqCst)
    }

    /// Connections open now.
    pub fn open(&self) -> usize {
        self.seen.open.load(Ordering::SeqCst)
    }

    /// Replies in whose middle the client closed the connection.
    pub fn hung_up(&self) -> usize {
        self.seen.hung_up.load(Ordering::SeqCst)
    }

    /// Waits until something holds of it, for five seconds at most.
    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        for _ in 0..500 {
            if holds(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited in vain for: {what}; {self:?}");
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: &Seen,
    next: &AtomicUsize,
    replies: &[Reply],
) -> std::io::Result<()> {
    loop {
        let Some(request) = read_request(&mut stream).await? else {
            return Ok(());
        };
        seen.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let place = next.fetch_add(1, Ordering::SeqCst).min(replies.len().saturating_sub(1));
        for step in replies.get(place).map_or(&[] as &[_], |reply| reply.0.as_slice()) {
            match step {
                Step::Send(bytes) => stream.write_all(bytes).await?,
                Step::Pause(time) => tokio::time::sleep(*time).await,
                Step::Endless(bytes) => loop {
                    stream.write_all(bytes).await?;
                },
                Step::Drip(bytes, pause) => loop {
                    tokio::time::sleep(*pause).await;
                    stream.write_all(bytes).await?;
                },
                Step::Hang => {
                    let mut byte = [0];
                    return match stream.read(&mut byte).await {
                        Ok(0) | Err(_) => Err(std::io::ErrorKind::ConnectionAborted.into()),
                        Ok(_) => Ok(()),
                    };
                }
                Step::Close => return stream.shutdown().await,
            }
        }
        let closes = replies.get(place).is_some_and(|reply| {
            let head =
                reply.0.iter().find_map(|step| if let Step::Send(head) = step { Some(head) } else { None });
            head.is_some_and(|head| String::from_utf8_lossy(head).contains("connection: close"))
        });
        if closes {
            return stream.shutdown().await;
        }
    }
}

/// Head and body of the next request, or nothing if the client has closed.
async fn read_request(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .and_then(|length| length.trim().parse::<usize>().ok())
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return Ok(Some(String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        match stream.read(&mut chunk).await? {
            0 => return Ok(None),
            count => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}
