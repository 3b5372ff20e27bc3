//! Presets whose secrets come in several ways: what isn't in the environment
//! counts as absent where the preset says so, and nowhere else.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use jackfield_e2e::guests::{builder, chain};
use jackfield_e2e::plugin;
use jackfield_runtime::catalog::{Catalog, Preset};
use jackfield_runtime::secret::{Environment, SecretReader};
use jackfield_runtime::settings::Settings;

#[derive(Debug)]
struct Set(BTreeMap<&'static str, &'static str>);

impl Environment for Set {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.0.get(name).map(OsString::from)
    }
}

/// What binding a preset to its plugin says.
async fn bound(
    variables: &[(&'static str, &'static str)],
    catalog: &Catalog,
    lines: &str,
) -> Result<(), String> {
    let text = format!("[providers.it]\n{lines}\n");
    let settings = Settings::parse(&text, "jackfield.toml", &[]).unwrap_or_else(|error| panic!("{error}"));
    let (name, mut written) = settings.providers.into_iter().next().unwrap();
    let environment = Arc::new(Set(variables.iter().copied().collect()));
    catalog.fill_from(&*environment, &name, &mut written);
    let settings = catalog.complete(&name, written).map_err(|error| error.to_string())?;
    let host = builder(4).secrets(SecretReader::new(environment)).build().unwrap();
    host.load_file(plugin(settings.plugin.name.as_str())).unwrap();
    host.bind("it", &settings).await.map(drop).map_err(|error| chain(&error))
}

const KEYS: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "not-a-real-key-0123456789")];

#[tokio::test]
async fn keys_of_aws_need_no_session_token_and_the_region_is_the_environments() {
    let catalog = Catalog::shipped().unwrap();
    let region = ("AWS_REGION_NAME", "eu-west-1");
    bound(&[KEYS[0], KEYS[1], region], &catalog, "preset = \"bedrock\"").await.unwrap();
    let error = bound(&KEYS, &catalog, "preset = \"bedrock\"").await.unwrap_err();
    assert!(error.contains("config.region is missing") && error.contains("or set AWS_REGION"), "{error}");
}

#[tokio::test]
async fn a_secret_that_no_preset_calls_optional_must_be_there() {
    let mut catalog = Catalog::shipped().unwrap();
    let error = bound(&[], &catalog, "preset = \"groq\"").await.unwrap_err();
    assert!(error.contains("GROQ_API_KEY"), "{error}");
    let bedrock = catalog.get("bedrock").unwrap().clone();
    catalog.add("bedrock".parse().unwrap(), Preset { optional: Default::default(), ..bedrock });
    let written = "preset = \"bedrock\"\nconfig.region = \"eu-west-1\"";
    let error = bound(&KEYS, &catalog, written).await.unwrap_err();
    assert!(error.contains("AWS_"), "{error}");
    // What the operator wrote must be there as well.
    let catalog = Catalog::shipped().unwrap();
    let written = format!("{written}\nsecrets.session-token = {{ env = \"AWS_SESSION_TOKEN\" }}");
    let error = bound(&KEYS, &catalog, &written).await.unwrap_err();
    assert!(error.contains("AWS_SESSION_TOKEN"), "{error}");
}
