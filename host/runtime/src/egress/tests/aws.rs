//! Keys of AWS's that are exchanged for others.

mod machine;
mod refusals;

use std::time::{Duration, SystemTime};

use super::{
    super::auth::{
        aws::{AwsMint, Base, Role, Scope, SigV4, Source, StaticKeys},
        token::TokenCache,
    },
    clock::HandClock,
    tokens::{Provider, run},
    *,
};
use crate::clock::Clock;

const STS: &str = "https://sts.eu-west-1.amazonaws.com/";
const CONTAINER: &str = "https://container.example/v2/credentials/1";
const SECRET_KEY: &str = "secret-of-the-key-0123";

/// What STS gives out, the number being in all of it.
fn sts(number: usize, now: SystemTime, lifetime: u64) -> Answer {
    let until = aws_smithy_types::DateTime::from(now + Duration::from_secs(lifetime));
    let until = until.fmt(aws_smithy_types::date_time::Format::DateTime).unwrap();
    let body = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>ASIA{number:04}</AccessKeyId><SecretAccessKey>minted-secret-{number:04}/+&amp;</SecretAccessKey>\
         <SessionToken>minted-session-{number:04}</SessionToken><Expiration>{until}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    );
    Answer::new(200).header("date", httpdate::fmt_http_date(now)).chunk(body)
}

fn refusal(status: u16, code: &str) -> Answer {
    Answer::new(status).chunk(format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no: {SECRET_KEY}</Message></Error></ErrorResponse>"
    ))
}

fn keys() -> StaticKeys {
    StaticKeys {
        access_key_id: SharedSecret::new("AKIDBASE"),
        secret_access_key: SharedSecret::new(SECRET_KEY),
        session_token: None,
    }
}

fn role(name: &str) -> Role {
    Role {
        arn: format!("arn:aws:iam::1:role/{name}"),
        session: "jackfield".to_owned(),
        external_id: Some("ext/1".to_owned()),
        seconds: None,
    }
}

fn scope() -> Scope {
    Scope { service: "bedrock".to_owned(), region: "eu-west-1".to_owned() }
}

fn minting(
    base: Base,
    role: Option<Role>,
    answering: impl Fn(&OutgoingRequest, usize) -> Answer + Send + Sync + 'static,
) -> Provider {
    let clock = HandClock::new();
    let mint = AwsMint {
        base,
        role,
        sts_url: Url::parse(STS).unwrap(),
        region: "eu-west-1".to_owned(),
        clock: Arc::new(clock.clone()),
    };
    let source = Source::Minted(TokenCache::new(mint, Arc::new(clock.clone())));
    provider(
        source,
        clock,
        &[API, "https://sts.eu-west-1.amazonaws.com", "https://container.example"],
        answering,
    )
}

fn provider(
    source: Source,
    clock: HandClock,
    grants: &[&str],
    answering: impl Fn(&OutgoingRequest, usize) -> Answer + Send + Sync + 'static,
) -> Provider {
    let signer = SigV4::new(scope(), source, Arc::new(clock.clone()));
    Provider::authenticating(Arc::new(signer), SharedSecret::new(SECRET_KEY), clock, grants, answering)
}

/// The id that the latest request to the API was signed with, and its token.
fn signed_with(provider: &Provider) -> (String, Option<String>) {
    let headers = provider.sent();
    let value = headers["authorization"].to_str().unwrap();
    let id = value.strip_prefix("AWS4-HMAC-SHA256 Credential=").unwrap().split('/').next().unwrap();
    let token = headers.get("x-amz-security-token").map(|token| token.to_str().unwrap().to_owned());
    (id.to_owned(), token)
}

fn wall() -> SystemTime {
    HandClock::new().wall()
}

#[test]
fn a_web_identity_is_exchanged_once_and_again_before_its_keys_expire() {
    run(async {
        let token = SharedSecret::new("eyJ.web.identity");
        let clock_wall = wall();
        let provider = minting(
            Base::WebIdentity(token.clone()),
            Some(role("web")),
            move |request, before| match request.url.as_str() == STS {
                true => sts(before, clock_wall, 3600),
                false => Answer::new(200),
            },
        );
        provider.send(get(CHAT)).await.unwrap();
        provider.send(get(CHAT)).await.unwrap();
        assert_eq!(signed_with(&provider), ("ASIA0000".to_owned(), Some("minted-session-0000".to_owned())));
        let asked = provider.token_requests();
        assert_eq!(asked.len(), 1);
        assert_eq!(
            asked[0].1,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fweb\
             &RoleSessionName=jackfield&WebIdentityToken=eyJ.web.identity"
        );
        assert!(!asked[0].0.contains_key("authorization"), "there is nothing to sign it with yet");
        provider.clock.advance(3_600);
        provider.send(get(CHAT)).await.unwrap();
        assert_eq!(signed_with(&provider).0, "ASIA0001");
        // A pod's token is replaced by the hour; the next keys are made from the new one.
        token.replace("eyJ.another.one");
        provider.send(get(CHAT)).await.unwrap();
        assert!(provider.token_requests()[2].1.ends_with("WebIdentityToken=eyJ.another.one"));
    });
}

#[test]
fn the_roles_of_a_profile_are_assumed_one_with_the_keys_of_the_other() {
    run(async {
        let now = wall();
        let credentials = SharedSecret::new(&format!(
            "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = {SECRET_KEY}\n"
        ));
        let config = SharedSecret::new(
            "[profile a]\nrole_arn = arn:a\nsource_profile = default\n[profile b]\nrole_arn = arn:b\nsource_profile = a\n",
        );
        let base =
            Base::Profile { credentials: Some(credentials), config: Some(config), name: "b".to_owned() };
        let provider =
            minting(base, Some(role("own")), move |request, before| match request.url.as_str() == STS {
                true => sts(before, now, 3600),
                false => Answer::new(200),
            });
        provider.send(get(CHAT)).await.unwrap();
        let asked = provider.token_requests();
        let who = |place: usize| asked[place].0["authorization"].to_str().unwrap().to_owned();
        let arn = |place: usize| asked[place].1.split("RoleArn=").nth(1).unwrap().split('&').next().unwrap();
        assert_eq!([arn(0), arn(1), arn(2)], ["arn%3Aa", "arn%3Ab", "arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fown"]);
        for (place, id) in ["AKIDFILE", "ASIA0000", "ASIA0001"].iter().enumerate() {
            assert!(
                who(place).contains(&format!("Credential={id}/")) && who(place).contains("/eu-west-1/sts/")
            );
        }
        assert!(asked[2].1.ends_with("ExternalId=ext%2F1"));
        assert_eq!(signed_with(&provider).0, "ASIA0002");
    });
}

#[test]
fn a_profile_without_a_role_asks_nobody() {
    run(async {
        let file = format!("[me]\naws_access_key_id = AKIDFILE\naws_secret_access_key = {SECRET_KEY}\n");
        let credentials = SharedSecret::new(&file);
        let base =
            Base::Profile { credentials: Some(credentials.clone()), config: None, name: "me".to_owned() };
        let provider = minting(base, None, |_, _| Answer::new(200));
        provider.send(get(CHAT)).await.unwrap();
        assert_eq!(signed_with(&provider), ("AKIDFILE".to_owned(), None));
        assert!(provider.token_requests().is_empty());
        credentials.replace(&file.replace("AKIDFILE", "AKIDNEW"));
        provider.send(get(CHAT)).await.unwrap();
        assert_eq!(signed_with(&provider).0, "AKIDNEW");
        credentials.replace("[other]\n");
        let error = provider.send(get(CHAT)).await.unwrap_err();
        assert!(error.message.contains("no profile \"me\""), "{error}");
        assert_eq!(error.kind, EgressErrorKind::Authentication);
    });
}

#[test]
fn a_container_shows_its_token_and_gets_keys() {
    run(async {
        let base = Base::Container {
            url: Url::parse(CONTAINER).unwrap(),
            token: Some(SharedSecret::new("container-token-0123")),
        };
        let now = wall();
        let provider = minting(base, None, move |request, _| match request.url.as_str() == CONTAINER {
            true => {
                assert_eq!(
                    (request.method.as_str(), &request.headers["authorization"]),
                    ("GET", &HeaderValue::from_static("container-token-0123"))
                );
                let body = r#"{"AccessKeyId":"ASIACONT","SecretAccessKey":"minted-secret-c","Token":"minted-session-c","Expiration":"2027-01-15T09:00:00Z","RoleArn":"x"}"#;
                Answer::new(200).header("date", httpdate::fmt_http_date(now)).chunk(body)
            }
            false => Answer::new(200),
        });
        provider.send(get(CHAT)).await.unwrap();
        assert_eq!(signed_with(&provider), ("ASIACONT".to_owned(), Some("minted-session-c".to_owned())));
    });
}

#[test]
fn minted_keys_are_looked_for_and_their_session_token_comes_back_redacted() {
    run(async {
        let now = wall();
        let provider = minting(Base::Keys(keys()), Some(role("r")), move |request, before| {
            match request.url.as_str() == STS {
                true => sts(before, now, 3600),
                false => {
                    let token = request.headers["x-amz-security-token"].to_str().unwrap();
                    Answer::new(403).chunk(format!("bad token {token}"))
                }
            }
        });
        let answer = provider.send(get(CHAT)).await.unwrap();
        assert_eq!(read(answer.body).unwrap(), "bad token [redacted]");
        for text in ["minted-session-0000", "minted-secret-0000/+&"] {
            let error = provider.send(post(CHAT, text)).await.unwrap_err();
            assert_eq!(error.rule, Some(Rule::Secret), "{text}");
        }
    });
}
