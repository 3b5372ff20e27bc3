//! A server that says, over HTTP/2, that it hasn't looked at a request.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use http::Response;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::tests::{SETTINGS, read, run};
use super::*;
use crate::egress::{address::AddressRule, origin::Origin, resolve::tests::FakeResolver};

/// Resets as many streams, with this reason, and answers the others with what they were asked. Counts them.
async fn serve(refused: usize, reason: h2::Reason) -> (String, Vec<u8>, Arc<AtomicUsize>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let stream = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    if counted.fetch_add(1, Ordering::SeqCst) < refused {
                        respond.send_reset(reason);
                        continue;
                    }
                    tokio::spawn(async move {
                        let mut body = request.into_body();
                        let mut seen = Vec::new();
                        while let Some(data) = body.data().await {
                            seen.extend_from_slice(&data.unwrap());
                        }
                        let mut answer = respond.send_response(Response::new(()), false).unwrap();
                        answer.send_data(Bytes::from(seen), true).unwrap();
                    });
                }
            });
        }
    });
    (url, cert.pem().into_bytes(), asked)
}

async fn ask(refused: usize, reason: h2::Reason) -> (Result<Vec<u8>, TransportError>, usize) {
    let (url, roots, asked) = serve(refused, reason).await;
    let origin = Origin::of(&url.parse().unwrap()).unwrap();
    let mut rule = AddressRule::new(vec!["127.0.0.1/32".parse().unwrap()]);
    rule.allow_named(&origin);
    let dial = Dial::new(origin, rule, FakeResolver::answering(&[])).unwrap();
    let client = HyperTransport::new().with_roots(&roots).unwrap().connect(dial, SETTINGS).unwrap();
    let request = OutgoingRequest {
        method: Method::POST,
        url: url.parse().unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::from_static(b"a body"),
    };
    let answer = match client.send(request).await {
        Ok(answer) => read(answer.body).await,
        Err(error) => Err(error),
    };
    (answer, asked.load(Ordering::SeqCst))
}

#[test]
fn a_refused_stream_goes_out_again_whole_and_not_without_end() {
    let most = MOST_TRIES;
    run(async {
        for (refused, tries) in [(0, 1), (1, 2), (most - 1, most)] {
            let (answer, asked) = ask(refused, h2::Reason::REFUSED_STREAM).await;
            assert_eq!((answer.unwrap().as_slice(), asked), (b"a body".as_slice(), tries));
        }
        let (answer, asked) = ask(usize::MAX, h2::Reason::REFUSED_STREAM).await;
        assert!(matches!(answer, Err(TransportError::Broken { .. })), "{answer:?}");
        assert_eq!(asked, most);
    });
}

#[test]
fn what_may_have_been_seen_goes_out_once() {
    run(async {
        let (answer, asked) = ask(1, h2::Reason::INTERNAL_ERROR).await;
        assert!(matches!(&answer, Err(error) if error.sent()), "{answer:?}");
        assert_eq!(asked, 1);
    });
}
