//! What a guest can see of the secret that authenticates its requests: nothing.

use serde_json::{Value, json};

use crate::{Bench, KEY, SCHEMES, clean, echo, forms, found, search};

#[tokio::test]
async fn the_upstream_gets_the_credential_and_the_guests_whole_memory_never_has_it() {
    for scheme in SCHEMES {
        let bench = Bench::new(scheme, vec![echo(scheme, 200), echo(scheme, 401)], "").await;
        for status in [200, 401] {
            // What the guest received is found in its memory; the secret is in no form.
            let received = [format!("canary-{status}"), "[redacted]".to_owned()];
            let report =
                bench.send(json!({ "search": search(&[received.to_vec(), forms()].concat()) })).await;
            assert_eq!(report.status(), Some(status), "{}: {report:?}", scheme.name);
            let (received, secret) =
                found(&report).split_at_checked(2).map(|(a, b)| (a.to_vec(), b.to_vec())).unwrap();
            assert!(
                received.iter().all(|count| *count > 0),
                "{}: the search finds nothing: {received:?}",
                scheme.name
            );
            assert_eq!(secret, vec![0; forms().len()], "{}: {:?}", scheme.name, forms());
            clean(scheme.name, &report.0.to_string());
            assert!(report.0.to_string().contains("[redacted]"), "{}: {report:?}", scheme.name);
        }
        for request in bench.upstream.requests() {
            let sent = (scheme.sent)();
            assert!(
                request.to_lowercase().contains(&sent.to_lowercase()),
                "{}: {sent} in {request}",
                scheme.name
            );
            assert_eq!(request.contains(KEY), ["bearer", "header"].contains(&scheme.name), "{request}");
        }
    }
}

/// Were this to fail, the search above would prove nothing.
#[tokio::test]
async fn a_secret_that_is_in_a_guests_memory_is_found_there() {
    let bench = Bench::new(SCHEMES[0], vec![], "").await;
    for form in forms() {
        // Whether or not the secret is noticed, nobody granted that origin.
        let search = search(std::slice::from_ref(&form));
        let report =
            bench.send(json!({ "url": "https://nobody.example/", "body": form, "search": search })).await;
        assert_eq!(report.error(), Some("ErrorKind::Permission"), "{report:?}");
        assert!(found(&report)[0] > 0, "{form}");
    }
}

#[tokio::test]
async fn configuration_and_surroundings_have_no_secret() {
    for scheme in SCHEMES {
        let bench = Bench::new(scheme, vec![], "").await;
        for name in ["api-key", "secrets.api-key", "key", "auth.key", "base-url"] {
            clean(name, &bench.ask("config", name).await.unwrap());
        }
        let seen = bench.ask("surroundings", "").await.unwrap();
        clean("surroundings", &seen);
        let seen: Value = serde_json::from_str(&seen).unwrap();
        assert_eq!(seen["environment"], json!([]));
    }
}
