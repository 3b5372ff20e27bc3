//! A client's config is read, planned and explained, or refused with the place of
//! what is wrong; nothing in it ends the program.

use std::sync::LazyLock;

use jackfield_gateway::{Gateway, Question};
use jackfield_router::FailureKind;
use jackfield_router::config::Config;
use serde_json::Value;

use crate::choices::Choices;
use crate::{configs, gateways, shape, shapes};

static GATEWAY: LazyLock<Gateway> = LazyLock::new(|| gateways::gateway(None));

/// Panics where the property doesn't hold.
pub fn run(data: &[u8]) {
    let mut choices = Choices::new(data);
    let text = configs::config(&mut choices);
    let read = Config::parse(&text);
    if let Err(error) = &read {
        assert!(!error.problems().is_empty());
        // Of two members with one name, another reader sees the other one.
        let twice = error.problems().iter().any(|problem| problem.message.contains("twice"));
        let json: Option<Value> =
            serde_json::from_str(&text).ok().filter(|_| !twice && error.problems().len() < 50);
        for problem in error.problems() {
            assert!(!problem.message.is_empty(), "{text}");
            if let Some(json) = &json {
                assert!(json.pointer(&problem.pointer).is_some(), "{problem} in {text}");
            }
        }
    }
    let mut question =
        Question { config: Some(text), path: "/v1/chat/completions".into(), ..Question::default() };
    question.body = shape::write_bytes(&mut choices, &shapes::CHAT).into();
    if choices.chance(128) {
        question.metadata.insert("plan".to_owned(), "paid".to_owned());
    }
    match GATEWAY.explain(&question) {
        Ok(explanation) => {
            assert!(
                read.is_ok()
                    || question
                        .config
                        .as_deref()
                        .is_some_and(|text| text.trim() == "{}" || !text.trim_start().starts_with('{'))
            );
            assert!(!explanation.to_string().is_empty());
            serde_json::to_value(&explanation).unwrap_or_else(|error| panic!("{error}"));
        }
        Err(failure) => {
            assert_ne!(failure.kind, FailureKind::Internal, "{}", failure.message);
            assert!((400..500).contains(&failure.status), "{}", failure.message);
        }
    }
}
