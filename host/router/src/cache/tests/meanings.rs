use jackfield_runtime::api::llm::{ChatRequest, FunctionTool, Message, Part, Role, Tool};
use jackfield_runtime::api::types::{Media, Source};

use super::*;
use crate::failure::{Failure, FailureKind};
use crate::run::BoxFuture;

/// Embeds a text by its letters, so that texts of nearly the same letters are alike.
#[derive(Debug)]
struct Letters;

impl Embed for Letters {
    fn embed<'a>(&'a self, text: &'a str) -> BoxFuture<'a, Result<Vec<f32>, Failure>> {
        Box::pin(async move {
            let mut vector = vec![0.0; 256];
            text.bytes().for_each(|byte| vector[usize::from(byte)] += 1.0);
            match text {
                _ if text.contains("fails") => Err(Failure::new(FailureKind::Unavailable, "no embedding")),
                _ if text.contains("nothing") => Ok(vec![0.0; 256]),
                _ if text.contains("infinite") => Ok(vec![f32::INFINITY; 256]),
                _ if text.contains("short") => Ok(vec![1.0]),
                _ => Ok(vector),
            }
        })
    }
}

const ASKED: &str = "what is the capital of france?";
const ALIKE: &str = "what's the capital of france?";
const OTHER: &str = "write a poem about zebras, please";

fn rig() -> Rig {
    Rig::with(CacheOptions::default(), Some(Arc::new(Letters)))
}

fn request(text: &str) -> ChatRequest {
    let system = Message::text(Role::System, "be brief");
    ChatRequest::new("gpt-4o", vec![system, Message::text(Role::User, text)])
}

fn meaning(request: &ChatRequest) -> Meaning {
    Meaning::new(&TARGET, request, false).unwrap()
}

fn semantic<'q>(key: CacheKey, meaning: &'q Meaning) -> Question<'q> {
    let rule = CacheRule { mode: CacheMode::Semantic, max_age: HOUR };
    Question { rule, meaning: Some(meaning), ..question(key) }
}

/// Asks for an answer, with a key of the meaning's own.
fn ask(rig: &Rig, meaning: &Meaning) -> Lookup {
    rig.ask(semantic(key(&format!("{meaning:?}")), meaning))
}

fn keep(rig: &Rig, meaning: &Meaning, body: &'static str) {
    let Lookup::Lead(lead) = ask(rig, meaning) else { panic!("found") };
    assert_eq!(lead.status(), Status::SemanticMiss);
    assert!(lead.whole(200, &HeaderMap::new(), &Bytes::from_static(body.as_bytes())));
}

fn is_found(rig: &Rig, meaning: &Meaning) -> bool {
    found(&ask(rig, meaning)).is_some()
}

#[test]
fn a_request_that_means_the_same_is_answered_from_the_cache() {
    let rig = rig();
    keep(&rig, &meaning(&request(ASKED)), "Paris");
    let lookup = ask(&rig, &meaning(&request(ALIKE)));
    assert_eq!(found(&lookup), Some((&whole("Paris"), Status::SemanticHit)));
    let same = ask(&rig, &meaning(&request(ASKED)));
    assert_eq!(found(&same), Some((&whole("Paris"), Status::Hit)));
    assert!(!is_found(&rig, &meaning(&request(OTHER))));
}

#[test]
fn the_threshold_decides_what_is_alike() {
    let options = CacheOptions { threshold: 0.9999, ..CacheOptions::default() };
    let rig = Rig::with(options, Some(Arc::new(Letters)));
    keep(&rig, &meaning(&request(ASKED)), "Paris");
    assert!(!is_found(&rig, &meaning(&request(ALIKE))));
}

#[test]
fn of_several_answers_the_most_alike_is_given() {
    let rig = rig();
    keep(&rig, &meaning(&request("what is the capital of france")), "Paris");
    keep(&rig, &meaning(&request("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")), "Zzz");
    let close = ask(&rig, &meaning(&request("what is the capital of franc")));
    assert_eq!(found(&close), Some((&whole("Paris"), Status::SemanticHit)));
}

#[test]
fn whatever_is_not_said_must_be_the_same() {
    let rig = rig();
    keep(&rig, &meaning(&request(ASKED)), "Paris");
    let tool = FunctionTool {
        name: "t".to_owned(),
        description: None,
        parameters: "{}".to_owned(),
        strict: None,
        cache: None,
    };
    let image = Media {
        source: Source::Url("https://x.test/1.png".to_owned()),
        mime_type: None,
        detail: None,
        transcript: None,
        id: None,
    };
    type Change = Box<dyn Fn(&mut ChatRequest)>;
    let changes: [(&str, Change); 7] = [
        ("system prompt", Box::new(|request| request.messages[0] = Message::text(Role::System, "be long"))),
        ("its role", Box::new(|request| request.messages[0].role = Role::Developer)),
        ("temperature", Box::new(|request| request.temperature = Some(0.5))),
        ("tools", Box::new(move |request| request.tools.push(Tool::Function(tool.clone())))),
        ("model", Box::new(|request| request.model = "gpt-5".to_owned())),
        ("image", Box::new(move |request| request.messages[1].content.push(Part::Image(image.clone())))),
        ("turns", Box::new(|request| request.messages.push(Message::text(Role::Assistant, "?")))),
    ];
    for (what, change) in changes {
        let mut request = request(ALIKE);
        change(&mut request);
        assert!(!is_found(&rig, &meaning(&request)), "{what}");
    }
    for (what, target) in [
        ("tenant", Target { tenant: Some("other"), ..TARGET }),
        ("no tenant", Target { tenant: None, ..TARGET }),
        ("credential", Target { credential: Some("other"), ..TARGET }),
        ("namespace", Target { namespace: Some("other"), ..TARGET }),
        ("provider", Target { provider: "other", ..TARGET }),
        ("dialect", Target { dialect: "other", ..TARGET }),
    ] {
        let meaning = Meaning::new(&target, &request(ALIKE), false).unwrap();
        assert!(!is_found(&rig, &meaning), "{what}");
    }
    let streamed = Meaning::new(&TARGET, &request(ALIKE), true).unwrap();
    assert!(!is_found(&rig, &streamed), "stream");
    assert!(is_found(&rig, &meaning(&request(ALIKE))));
}

#[test]
fn the_system_prompt_is_not_part_of_what_is_compared() {
    assert_eq!(meaning(&request(ASKED)).text(), format!("user: {ASKED}\n"));
}

#[test]
fn long_conversations_and_those_without_text_are_not_compared() {
    let mut long = request(ASKED);
    for _ in 0..3 {
        long.messages.push(Message::text(Role::User, "and?"));
    }
    assert!(Meaning::new(&TARGET, &long, false).is_some());
    long.messages.push(Message::text(Role::User, "and?"));
    assert_eq!(Meaning::new(&TARGET, &long, false), None);
    assert_eq!(Meaning::new(&TARGET, &request(&"x".repeat(40_000)), false), None);
    let silent = ChatRequest::new("m", vec![Message::text(Role::System, "x")]);
    assert_eq!(Meaning::new(&TARGET, &silent, false), None);
}

#[test]
fn an_embedding_that_fails_or_is_none_makes_a_miss() {
    let rig = rig();
    for text in ["it fails here", "nothing here", "infinite here"] {
        keep(&rig, &meaning(&request(text)), "x");
        assert!(!is_found(&rig, &meaning(&request(&format!("{text}!")))), "{text}");
    }
    keep(&rig, &meaning(&request(ASKED)), "Paris");
    assert!(!is_found(&rig, &meaning(&request("short"))), "vectors of two models have no likeness");
}

#[test]
fn answers_that_are_gone_or_too_old_are_not_found_by_their_meaning() {
    let rig = rig();
    keep(&rig, &meaning(&request(ASKED)), "Paris");
    rig.clock.advance(HOUR);
    assert!(!is_found(&rig, &meaning(&request(ALIKE))));
}

#[test]
fn errors_are_not_found_by_their_meaning() {
    let rig = rig();
    let asked = meaning(&request(ASKED));
    let Lookup::Lead(lead) = ask(&rig, &asked) else { panic!("found") };
    assert!(!lead.whole(500, &HeaderMap::new(), &Bytes::new()));
    assert!(!is_found(&rig, &meaning(&request(ALIKE))));
}

#[test]
fn a_simple_rule_compares_no_meanings() {
    let rig = rig();
    keep(&rig, &meaning(&request(ASKED)), "Paris");
    let alike = meaning(&request(ALIKE));
    let rule = CacheRule { mode: CacheMode::Simple, max_age: HOUR };
    let lead = rig.lead(Question { rule, ..semantic(key("x"), &alike) });
    assert_eq!(lead.status(), Status::Miss);
}

#[test]
fn without_an_embedding_a_semantic_rule_is_a_simple_one() {
    let rig = Rig::new();
    let asked = meaning(&request(ASKED));
    assert!(!rig.cache.semantic());
    assert_eq!(rig.lead(semantic(key("x"), &asked)).status(), Status::Miss);
}

#[test]
fn a_refresh_is_kept_by_its_meaning_too() {
    let rig = rig();
    let asked = meaning(&request(ASKED));
    let lead = rig.lead(Question { refresh: true, ..semantic(key("x"), &asked) });
    assert!(lead.whole(200, &HeaderMap::new(), &Bytes::from_static(b"Paris")));
    assert!(is_found(&rig, &meaning(&request(ALIKE))));
}

#[test]
fn followers_of_a_request_that_means_the_same_get_its_answer() {
    let rig = rig();
    keep(&rig, &meaning(&request(ASKED)), "Paris");
    let alike = meaning(&request(ALIKE));
    let ask = || rig.cache.lookup(semantic(key("x"), &alike));
    let (one, other) = rig.clock.drive(futures_util::future::join(ask(), ask()));
    assert_eq!(found(&one), Some((&whole("Paris"), Status::SemanticHit)));
    assert_eq!(found(&other), Some((&whole("Paris"), Status::SemanticHit)));
    assert_eq!(rig.cache.led(), 0);
}

/// What 300 meanings in one bucket take.
fn many(semantic_bytes: u64) -> Rig {
    let options = CacheOptions { semantic_bytes, ..CacheOptions::default() };
    let rig = Rig::with(options, Some(Arc::new(Letters)));
    for number in 0..300_u32 {
        let letter = char::from_u32(0x100 + number).unwrap().to_string();
        let meaning = meaning(&request(&letter.repeat(50)));
        let lead = rig.lead(Question { refresh: true, ..semantic(key(&letter), &meaning) });
        assert!(lead.whole(200, &HeaderMap::new(), &Bytes::from(letter)));
        assert!(rig.cache.bytes().1 <= semantic_bytes);
    }
    rig
}

/// A vector of 256 numbers, with what is around it.
const POINT: u64 = 1_024 + 128;

#[test]
fn a_bucket_keeps_its_newest_meanings() {
    assert_eq!(many(16 << 20).cache.bytes().1, 256 * POINT + 128);
}

#[test]
fn what_is_known_by_its_meaning_is_bounded_by_its_bytes() {
    let rig = many(1 << 20);
    assert_eq!(rig.cache.bytes().1, (1 << 20) / 8 / POINT * POINT + 128);
    let newest = char::from_u32(0x100 + 299).unwrap().to_string();
    let found_again = ask(&rig, &meaning(&request(&newest.repeat(49))));
    assert_eq!(found(&found_again), Some((&whole(&newest), Status::SemanticHit)));
}
