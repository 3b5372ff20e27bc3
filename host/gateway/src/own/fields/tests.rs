use super::*;
use jackfield_router::sealed::Sealed;

fn filled(fields: &[(OptionName, OptionValue)]) -> Result<Variant, Failure> {
    let mut options = ProviderOptions::default();
    fields.iter().for_each(|(name, value)| options.set(*name, value.clone()));
    let mut variant = Variant::default();
    fill(&mut variant, &options).map(|()| variant)
}

fn text(text: &str) -> OptionValue {
    OptionValue::Text(text.to_owned())
}

fn sealed(text: &str) -> OptionValue {
    OptionValue::Secret(Sealed::new(text.to_owned()))
}

#[test]
fn credentials_become_secrets_and_never_config() {
    for (name, value, secret, config) in [
        (OptionName::AwsAccessKeyId, text("AKIA1"), "access-key-id", None),
        (OptionName::AwsSecretAccessKey, sealed("s"), "secret-access-key", None),
        (OptionName::AwsSessionToken, sealed("s"), "session-token", None),
        (OptionName::AzureAdToken, sealed("s"), "api-key", Some("key")),
        (OptionName::AzureEntraClientId, text("s"), "client-id", None),
        (OptionName::AzureEntraClientSecret, sealed("s"), "client-secret", Some("entra")),
        (OptionName::VertexServiceAccountJson, sealed("{\n \"type\": \"x\"\n}"), "service-account", None),
    ] {
        assert!(is_credential(name));
        let variant = filled(&[(name, value)]).unwrap();
        assert_eq!(variant.secrets.keys().map(Name::as_str).collect::<Vec<_>>(), [secret]);
        let auth: Vec<_> = variant.config.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(auth, config.map(|auth| format!("auth={auth:?}")).into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn an_account_is_never_the_path_of_a_file_and_a_resource_never_a_host() {
    for path in ["/etc/passwd", "key.json", "\"key.json\"", "[1]", ""] {
        assert!(filled(&[(OptionName::VertexServiceAccountJson, sealed(path))]).is_err(), "{path}");
    }
    for resource in ["evil.example/", "a.b", "a@b", "a#", "a:1"] {
        assert!(filled(&[(OptionName::AzureResourceName, text(resource))]).is_err(), "{resource}");
    }
    let variant = filled(&[(OptionName::AzureResourceName, text("mine"))]).unwrap();
    let shown: Vec<_> = variant.config.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    assert_eq!(shown, [r#"base-url = "https://mine.openai.azure.com/openai/v1""#]);
    assert!(filled(&[(OptionName::AwsSecretAccessKey, sealed("two\nlines"))]).is_err());
}

#[test]
fn an_azure_deployment_and_its_version_reach_the_plugin() {
    let fields = [
        (OptionName::AzureResourceName, text("mine")),
        (OptionName::AzureDeploymentId, text("my gpt")),
        (OptionName::AzureOpenAiApiVersion, text("2025-04-01-preview")),
    ];
    let variant = filled(&fields).unwrap();
    let shown: Vec<_> = variant.config.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    assert_eq!(
        shown,
        [
            r#"api-version = "2025-04-01-preview""#,
            r#"base-url = "https://mine.openai.azure.com/openai/v1""#,
            r#"deployment = "my gpt""#
        ]
    );
    assert!(variant.meant_for.iter().all(|(_, plugins)| *plugins == ["openai"]));
    for version in ["", "2024", "2024-10-21&x", "2024-1-021", "v2", "2024-10-21-", "2024/10/21"] {
        assert!(filled(&[(OptionName::AzureOpenAiApiVersion, text(version))]).is_err(), "{version}");
    }
    for version in ["2024-10-21", "v1", "preview", "latest"] {
        assert!(filled(&[(OptionName::AzureOpenAiApiVersion, text(version))]).is_ok(), "{version}");
    }
    assert!(check(OptionName::AzureDeploymentId, false).unwrap_err().contains("config.deployment"));
    assert!(check(OptionName::AzureOpenAiApiVersion, false).is_ok());
}

#[test]
fn every_field_is_followed_or_refused_with_what_to_write_instead() {
    for name in OptionName::ALL {
        match check(*name, true) {
            Ok(()) => assert!(rule(*name).is_some()),
            Err(why) => assert!(why.contains(name.field()) && why.contains("[providers"), "{why}"),
        }
    }
    assert!(check(OptionName::AnthropicBeta, false).is_ok());
    let why = check(OptionName::OpenAiProject, false).unwrap_err();
    assert!(why.contains("config.project"), "{why}");
}

#[test]
fn fields_become_config_values() {
    let mut options = ProviderOptions::default();
    options.set(OptionName::OpenAiProject, text("proj_1"));
    options.set(OptionName::OpenAiBeta, text("assistants=v2"));
    options.set(OptionName::AnthropicBeta, text("a-1, b-2"));
    let mut variant = Variant::default();
    fill(&mut variant, &options).unwrap();
    let shown: Vec<_> = variant.config.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    assert_eq!(
        shown,
        [r#"beta = ["a-1", "b-2"]"#, r#"headers = ["OpenAI-Beta: assistants=v2"]"#, r#"project = "proj_1""#]
    );
    options.set(OptionName::OracleRegion, text("r"));
    assert!(fill(&mut variant, &options).is_err());
}
