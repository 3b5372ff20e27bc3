//! Secrets that are replaced while the host runs: in files that environment
//! variables name, and how long the former ones are looked for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jackfield_e2e::clock::Ahead;
use jackfield_e2e::guests::builder;
use jackfield_e2e::{Reply, Script, bind};
use jackfield_runtime::Host;
use jackfield_runtime::secret::{Environment, SecretReader};
use serde_json::json;

use crate::minted::{Minted, Minting, SERVICE_ACCOUNT, packed, service_account};
use crate::signed::{AWS_WEB_IDENTITY, keys};
use crate::{Bench, SCHEMES};

/// An environment in which one variable names a file.
#[derive(Debug)]
struct Names(PathBuf);

impl Environment for Names {
    fn variable(&self, name: &str) -> Option<OsString> {
        (name == "SECRET_FILE").then(|| self.0.clone().into())
    }
}

/// A provider whose secret of this name is in the file that a variable names.
async fn by_variable(scheme: Minting, secret: &str, file: &Path, endpoint: Vec<Reply>) -> Minted {
    let reader = SecretReader::new(Arc::new(Names(file.to_owned())));
    let host: Host = builder(8).secrets(reader).build().unwrap();
    host.load_bytes("probe", &packed(scheme)).unwrap();
    let (upstream, endpoint) =
        (Script::start(vec![Reply::json(200, "{}")]).await, Script::start(endpoint).await);
    let without = Minting { secrets: |_| Vec::new(), ..scheme };
    let (lines, secrets) = Minted::settings(without, &upstream, &endpoint, &[&upstream, &endpoint]);
    let written = match scheme.names_endpoint {
        true => service_account(&endpoint.origin()),
        false => "eyJ.first-0123456789".to_owned(),
    };
    std::fs::write(file, written).unwrap();
    let lines = format!("{lines}secrets.{secret} = {{ env = \"SECRET_FILE\" }}\n");
    let provider = bind(&host, "minted", &lines).await;
    Minted { upstream, endpoint, provider, host, secrets }
}

/// A token for so many seconds.
fn token(seconds: u64) -> Reply {
    let body = json!({ "access_token": "token-0123456789", "token_type": "Bearer", "expires_in": seconds });
    Reply::json(200, &body.to_string())
}

/// Longer than files are left alone.
const A_WHILE: Duration = Duration::from_millis(2_100);

#[tokio::test]
async fn a_token_in_the_file_that_a_variable_names_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let minted = by_variable(AWS_WEB_IDENTITY, "identity", &file, vec![keys()]).await;
    for _ in 0..5 {
        assert_eq!(minted.send(json!({})).await.status(), Some(200));
    }
    assert_eq!(minted.endpoint.requests().len(), 1);
    // As a platform does it: a new file takes the old one's place.
    std::fs::write(folder.path().join("next"), "eyJ.second-0123456789").unwrap();
    std::fs::rename(folder.path().join("next"), &file).unwrap();
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(minted.send(json!({})).await.status(), Some(200));
    let asked = minted.endpoint.requests();
    assert!(asked[0].contains("WebIdentityToken=eyJ.first-0123456789"), "{asked:?}");
    assert!(asked[1].contains("WebIdentityToken=eyJ.second-0123456789"), "{asked:?}");
}

/// The name that a key file's account has in the claim of a token request.
fn account(request: &str) -> String {
    use base64::Engine;
    let claims = request.split("assertion=").nth(1).unwrap().split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    claims["iss"].as_str().unwrap().to_owned()
}

/// Not even where the file looks as it did before.
#[tokio::test]
async fn when_a_token_ends_the_file_that_it_came_from_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.json");
    let minted = by_variable(SERVICE_ACCOUNT, "api-key", &file, vec![token(3), token(3600)]).await;
    assert_eq!(minted.send(json!({})).await.status(), Some(200));
    let looked = std::fs::metadata(&file).unwrap().modified().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("robot@", "tobor@")).unwrap();
    std::fs::File::options().append(true).open(&file).unwrap().set_modified(looked).unwrap();
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(minted.send(json!({})).await.status(), Some(200));
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(minted.send(json!({})).await.status(), Some(200));
    let accounts: Vec<String> = minted.endpoint.requests().iter().map(|asked| account(asked)).collect();
    assert_eq!(accounts, ["robot@acme.example", "tobor@acme.example"]);
}

fn numbered(number: usize) -> String {
    format!("sk-number-{number:04}-0123456789")
}

/// Which of the numbered secrets an answer shows that has all of them in it.
async fn shown(bench: &Bench) -> Vec<usize> {
    let report = bench.send(json!({})).await;
    assert_eq!(report.status(), Some(200), "{report:?}");
    (0..ROTATIONS).filter(|number| report.body().contains(&numbered(*number))).collect()
}

const ROTATIONS: usize = 20;

#[tokio::test]
async fn former_secrets_are_looked_for_as_long_as_they_matter_and_no_longer() {
    let all: Vec<String> = (0..ROTATIONS).map(numbered).collect();
    let upstream = Script::start(vec![Reply::json(200, &json!(all).to_string())]).await;
    let origin = upstream.origin();
    let clock = Arc::new(Ahead::default());
    let host = builder(4).clock(clock.clone()).build().unwrap();
    let bench = Bench::over(host, SCHEMES[1], upstream, &origin, "").await;
    for number in 0..ROTATIONS {
        std::fs::write(bench.secret.path(), numbered(number)).unwrap();
        assert!(bench.host.refresh_secrets(SCHEMES[1].name).await.unwrap());
        assert!(!shown(&bench).await.contains(&number));
    }
    // The latest eight and the present one are found, and those before are forgotten.
    assert_eq!(shown(&bench).await, (0..ROTATIONS - 9).collect::<Vec<_>>());
    clock.put_forward(8 * 24 * 3600);
    assert_eq!(shown(&bench).await, (0..ROTATIONS - 1).collect::<Vec<_>>());
}
