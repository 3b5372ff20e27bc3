//! A client of bytes: what it sends isn't always a request.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::HANGS;

/// The bytes of a request with a JSON body.
pub(crate) fn request(path: &str, body: &str) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// Sends bytes. The other side may have closed meanwhile.
pub(crate) async fn send(stream: &mut TcpStream, bytes: &[u8]) -> bool {
    stream.write_all(bytes).await.is_ok()
}

/// Reads until this text was there.
pub(crate) async fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    let reading = async {
        loop {
            if String::from_utf8_lossy(&seen).contains(text) {
                return;
            }
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => panic!("closed before {text:?}: {:?}", String::from_utf8_lossy(&seen)),
                Ok(count) => seen.extend_from_slice(&piece[..count]),
            }
        }
    };
    tokio::time::timeout(HANGS, reading).await.expect("it hangs");
    String::from_utf8_lossy(&seen).into_owned()
}

/// Reads until the other side closes. A reset behind an answer is a close.
pub(crate) async fn to_end(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    let reading = async {
        while let Ok(count @ 1..) = stream.read(&mut piece).await {
            seen.extend_from_slice(&piece[..count]);
        }
    };
    tokio::time::timeout(HANGS, reading).await.expect("it hangs");
    String::from_utf8_lossy(&seen).into_owned()
}
