//! Google's key files and application-default credentials, exchanged.

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    super::auth::{bearer::Bearer, google::GoogleMint, token::TokenCache},
    clock::HandClock,
    tokens::{Provider, numbered, run, token},
    *,
};

const TOKENS: &str = "https://oauth2.example/token";

/// Two keys of a service account, made anew for each run.
static PAIRS: LazyLock<[rcgen::KeyPair; 2]> = LazyLock::new(|| {
    [(); 2].map(|()| {
        rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap()
    })
});

fn pair() -> &'static rcgen::KeyPair {
    &PAIRS[0]
}

fn service_account(pair: &rcgen::KeyPair) -> Value {
    json!({
        "type": "service_account", "project_id": "acme", "private_key_id": "key-1",
        "private_key": pair.serialize_pem(), "client_email": "robot@acme.example", "client_id": "1",
        "token_uri": TOKENS, "universe_domain": "googleapis.com",
    })
}

fn person() -> Value {
    json!({
        "type": "authorized_user", "client_id": "gcloud", "client_secret": "gcloud-secret-0123",
        "refresh_token": "refresh-token-0123", "token_uri": TOKENS, "quota_project_id": "payer",
    })
}

fn provider(
    file: &Value,
    answering: impl Fn(&OutgoingRequest, usize) -> Answer + Send + Sync + 'static,
) -> Provider {
    granting(file, Granted { tokens: true, ..granted("https://oauth2.example") }, answering)
}

fn granted(origin: &str) -> Granted {
    Granted::origin(origin.parse().unwrap())
}

/// The same where this is granted beside the API.
fn granting(
    file: &Value,
    grant: Granted,
    answering: impl Fn(&OutgoingRequest, usize) -> Answer + Send + Sync + 'static,
) -> Provider {
    let (clock, secret) = (HandClock::new(), SharedSecret::new(&file.to_string()));
    let scope = "https://www.googleapis.com/auth/cloud-platform".to_owned();
    let mint = GoogleMint::new(secret.clone(), scope, Arc::new(clock.clone())).unwrap();
    let bearer = Bearer::new(TokenCache::new(mint, Arc::new(clock.clone())));
    Provider::granting(Arc::new(bearer), secret, clock, vec![granted(API), grant], answering)
}

fn numbers(request: &OutgoingRequest, before: usize) -> Answer {
    if request.url.as_str() == TOKENS { token(&numbered(before), 3600) } else { Answer::new(200) }
}

/// The claims of the assertion in a form, once its signature is found right.
fn claims(form: &str, pair: &rcgen::KeyPair) -> (Value, Value) {
    let form: BTreeMap<String, String> =
        ::url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let (signed, signature) = form["assertion"].rsplit_once('.').unwrap();
    let key = jsonwebtoken::DecodingKey::from_rsa_der(pair.public_key_raw());
    let right =
        jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key, jsonwebtoken::Algorithm::RS256);
    assert!(right.unwrap(), "the signature is wrong");
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    (part(header), part(claims))
}

#[test]
fn a_service_account_signs_what_it_claims() {
    let pair = pair();
    let provider = provider(&service_account(pair), numbers);
    run(async {
        assert_eq!(provider.call().await.unwrap(), numbered(0));
        let (_, form) = provider.token_requests().remove(0);
        let (header, claims) = claims(&form, pair);
        assert_eq!(header, json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" }));
        assert_eq!(
            claims,
            json!({
                "iss": "robot@acme.example", "scope": "https://www.googleapis.com/auth/cloud-platform",
                "aud": TOKENS, "iat": 1_800_000_000, "exp": 1_800_003_600,
            })
        );
    });
}

#[test]
fn a_person_s_refresh_token_is_exchanged_and_the_quota_project_named() {
    let provider = provider(&person(), numbers);
    run(async {
        assert_eq!(provider.call().await.unwrap(), numbered(0));
        let (_, form) = provider.token_requests().remove(0);
        assert_eq!(
            form,
            "grant_type=refresh_token&client_id=gcloud&client_secret=gcloud-secret-0123&refresh_token=refresh-token-0123"
        );
        let sent = provider.sent();
        assert_eq!(sent["x-goog-user-project"], "payer");
        // That header is the host's.
        let mine = GuestRequest { headers: vec![("x-goog-user-project".into(), "me".into())], ..get(CHAT) };
        assert_eq!(provider.send(mine).await.unwrap_err().rule, Some(Rule::HostHeader));
    });
}

/// An endpoint whose clock is ahead, or behind, and that wants claims by it.
fn strict(ahead: i64) -> impl Fn(&OutgoingRequest, usize) -> Answer + Send + Sync {
    move |request, before| {
        if request.url.as_str() != TOKENS {
            return Answer::new(200);
        }
        let theirs = u64::try_from(1_800_000_000 + ahead).unwrap();
        let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(theirs));
        let form = String::from_utf8(request.body.to_vec()).unwrap();
        let assertion = form.split("assertion=").nth(1).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        let off = claims["iat"].as_i64().unwrap().abs_diff(theirs.cast_signed());
        if off > 60 {
            let said =
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
            let body = json!({ "error": "invalid_grant", "error_description": said }).to_string();
            return Answer::new(400).header("date", date).chunk(body);
        }
        Answer { headers: vec![("date", date)], ..token(&numbered(before), 3600) }
    }
}

#[test]
fn a_wrong_clock_is_noticed_and_made_up_for() {
    for ahead in [-86_400, -400, 400, 86_400] {
        let provider = provider(&service_account(pair()), strict(ahead));
        run(async {
            assert_eq!(provider.call().await.unwrap(), numbered(1), "{ahead}");
            provider.clock.advance(0);
            // The next claim is right at once; how long the token lives never depended on it.
            provider.secret.replace(&service_account(&PAIRS[1]).to_string());
            assert_eq!(provider.call().await.unwrap(), numbered(2), "{ahead}");
        });
    }
    let provider = provider(&service_account(pair()), strict(20));
    assert_eq!(run(provider.call()).unwrap(), numbered(0));
}

#[test]
fn a_refused_key_is_said_to_be_and_the_claim_is_not_repeated() {
    let provider = provider(&service_account(pair()), |request, _| {
        let form = String::from_utf8(request.body.to_vec()).unwrap();
        let assertion = form.split("assertion=").nth(1).unwrap();
        let body = json!({ "error": "invalid_grant", "error_description": format!("bad: {assertion}") });
        Answer::new(400).header("date", "Fri, 15 Jan 2027 08:00:00 GMT").chunk(body.to_string())
    });
    let error = run(provider.call()).unwrap_err();
    assert_eq!(error.kind, EgressErrorKind::Authentication);
    assert!(
        error.message.contains("the key is refused") && error.message.contains("bad: [redacted]"),
        "{error}"
    );
    assert_eq!(provider.token_requests().len(), 1);
    let provider = super::google::provider(&person(), |_, _| {
        Answer::new(400).chunk(json!({ "error": "invalid_grant" }).to_string())
    });
    let error = run(provider.call()).unwrap_err();
    assert!(error.message.contains("gcloud auth application-default login"), "{error}");
}

#[test]
fn a_rotated_key_file_is_used_at_once_and_a_wrong_one_says_so() {
    let [old, new] = &*PAIRS;
    let provider = provider(&service_account(old), numbers);
    run(async {
        provider.call().await.unwrap();
        provider.secret.replace(&service_account(new).to_string());
        assert_eq!(provider.call().await.unwrap(), numbered(1));
        claims(&provider.token_requests()[1].1, new);
        // It may not lead to another endpoint than the ones that are granted.
        let mut elsewhere = service_account(new);
        elsewhere["token_uri"] = json!("https://collect.example/token");
        provider.secret.replace(&elsewhere.to_string());
        let error = provider.call().await.unwrap_err();
        assert_eq!(error.rule, Some(Rule::Granted), "{error}");
        provider.secret.replace("{}");
        let error = provider.call().await.unwrap_err();
        assert!(error.message.contains("has no member `type`"), "{error}");
        assert_eq!(provider.token_requests().len(), 2);
    });
}

/// A key file may be a caller's, who would choose among all that is granted.
#[test]
fn a_key_file_leads_to_googles_own_endpoints_or_to_what_is_granted_for_tokens() {
    let named = |url: &str| {
        let mut file = service_account(pair());
        file["token_uri"] = json!(url);
        file
    };
    let answer = |request: &OutgoingRequest, before: usize| match request.url.as_str() == CHAT {
        true => Answer::new(200),
        false => token(&numbered(before), 3600),
    };
    for (url, grant, permitted) in [
        ("https://oauth2.googleapis.com/token", granted("https://oauth2.googleapis.com"), true),
        ("https://accounts.google.com/o/oauth2/token", granted("https://accounts.google.com"), true),
        // Google's, but no token endpoint.
        ("https://oauth2.googleapis.com/revoke", granted("https://oauth2.googleapis.com"), false),
        ("https://api.example.com/token", granted("https://oauth2.googleapis.com"), false),
        ("https://oauth2.example/token", granted("https://oauth2.example"), false),
        ("https://oauth2.example/token", Granted { tokens: true, ..granted("https://oauth2.example") }, true),
        // Google's own need a grant like every other.
        ("https://oauth2.googleapis.com/token", granted("https://oauth2.example"), false),
    ] {
        let provider = granting(&named(url), grant, answer);
        let called = run(provider.call());
        assert_eq!(called.is_ok(), permitted, "{url}: {called:?}");
        if let Err(error) = called {
            assert_eq!((error.rule, error.sent), (Some(Rule::Granted), false), "{url}: {error}");
            assert!(provider.net_is_untouched(), "{url}");
        }
    }
}
