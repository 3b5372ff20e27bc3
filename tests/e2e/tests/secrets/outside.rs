//! The proof from outside that no guest is ever given a secret: for each scheme,
//! after calls that were authenticated with it and whose answers said it back,
//! all of the guests' memory is taken from the kernel and searched.
//!
//! A search that finds nothing must be able to find something. So the words
//! that the guest did receive are looked for in the same memory; and in the end
//! the guest is handed the very secret, and then it must be found.

use std::process::Command;

use jackfield_e2e::Script;
use jackfield_e2e::guests::builder;
use jackfield_e2e::report::Report;
use memchr::memmem;
use serde_json::{Value, json};

use crate::guest_memory::Pool;
use crate::minted::{self, MINTED, Minted};
use crate::{Bench, SCHEMES, clean_of, echo, forms, forms_of};

/// Places of a host's pool.
const PLACES: u32 = 4;

/// The guests of one scheme's host.
struct Guests {
    scheme: &'static str,
    pool: Pool,
    /// All that is secret, in all its forms.
    forms: Vec<String>,
}

impl Guests {
    /// How often each text is in their memory.
    fn count(&self, texts: &[String]) -> Vec<usize> {
        let memories = self.pool.memories();
        let bytes: usize = memories.iter().map(Vec::len).sum();
        assert!(bytes > 1 << 20, "{}: that is no memory: {bytes} bytes", self.scheme);
        let count = |text: &String| {
            let finder = memmem::Finder::new(text);
            memories.iter().map(|memory| finder.find_iter(memory).count()).sum()
        };
        texts.iter().map(count).collect()
    }

    /// That they have what they received of an answer, and no secret.
    fn are_clean(&self, status: u64, report: &Report) {
        let scheme = self.scheme;
        assert_eq!(report.status(), Some(status), "{scheme}: {report:?}");
        let received = [format!("canary-{status}"), "[redacted]".to_owned()];
        let counts = self.count(&received);
        assert!(counts.iter().all(|count| *count > 0), "{scheme}: the search finds nothing: {counts:?}");
        for (form, count) in self.forms.iter().zip(self.count(&self.forms)) {
            assert_eq!(count, 0, "{scheme}: {form} is in a guest's memory");
        }
        clean_of(scheme, &report.0.to_string(), &self.forms);
    }

    /// An order that hands them all of it, so often that what is freed and used again
    /// doesn't hide it.
    fn planted(&self) -> Value {
        json!({ "url": "https://nobody.example/", "method": "post", "body": self.forms.join(" ").repeat(8) })
    }

    /// That what they were handed is found.
    fn have_it(&self, report: &Report) {
        assert_eq!(report.error(), Some("ErrorKind::Permission"), "{}: {report:?}", self.scheme);
        for (form, count) in self.forms.iter().zip(self.count(&self.forms)) {
            assert!(count > 0, "{}: {form} was handed to a guest and isn't found", self.scheme);
        }
    }
}

/// Other tests of this file have hosts, and guests that are given the secret.
#[test]
fn no_guests_memory_has_a_secret_when_it_is_read_from_outside() {
    let alone = ["--exact", "outside::in_a_process_of_its_own", "--ignored", "--nocapture"];
    let ran = Command::new(std::env::current_exe().unwrap()).args(alone).output().unwrap();
    let said = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).join("\n");
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "the test above gives it a process of its own"]
async fn in_a_process_of_its_own() {
    for scheme in SCHEMES {
        let (pool, host) = Pool::of(PLACES.into(), || builder(PLACES).build().unwrap());
        let upstream = Script::start(vec![echo(scheme, 200), echo(scheme, 401)]).await;
        let origin = upstream.origin();
        let bench = Bench::over(host, scheme, upstream, &origin, "").await;
        let guests = Guests { scheme: scheme.name, pool, forms: forms() };
        for status in [200, 401] {
            guests.are_clean(status, &bench.send(json!({})).await);
        }
        for request in bench.upstream.requests() {
            let sent = (scheme.sent)().to_lowercase();
            assert!(request.to_lowercase().contains(&sent), "{}: {request}", scheme.name);
        }
        guests.have_it(&bench.send(guests.planted()).await);
    }
    for scheme in MINTED {
        let (pool, host) = Pool::of(PLACES.into(), || builder(PLACES).build().unwrap());
        let upstream = vec![minted::echo(scheme, 200), minted::echo(scheme, 401)];
        let minted = Minted::over(host, scheme, upstream, vec![(scheme.answer)()]).await;
        let forms = (scheme.canaries)().iter().flat_map(|secret| forms_of(secret)).collect();
        let guests = Guests { scheme: scheme.name, pool, forms };
        for status in [200, 401] {
            guests.are_clean(status, &minted.send(json!({})).await);
        }
        for request in minted.upstream.requests() {
            assert!((scheme.sent)(&request), "{}: {request}", scheme.name);
        }
        guests.have_it(&minted.send_as_is(guests.planted()).await);
    }
}
