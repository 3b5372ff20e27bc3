use super::*;

#[test]
fn every_provider_field_is_read_and_kept() {
    for name in OptionName::ALL {
        let value = match name.form() {
            Form::Text | Form::Secret => "\"v\"",
            Form::SecretObject => "{\"k\":\"v\"}",
            Form::Json => "[{\"k\":\"v\"}]",
        };
        let mut text = with(&format!("\"{}\":{value}", name.field()));
        for (one, other) in [
            ("\"aws_access_key_id\"", "\"aws_secret_access_key\""),
            ("\"aws_secret_access_key\"", "\"aws_access_key_id\""),
            ("\"aws_session_token\"", "\"aws_access_key_id\":\"a\",\"aws_secret_access_key\""),
        ] {
            if text.contains(one) && !text.contains(other) {
                text = text.replace('}', &format!(",{other}:\"x\"}}"));
            }
        }
        let config = read(&text);
        assert!(config.options.has(*name), "{}", name.field());
    }
}

#[test]
fn no_secret_shows_in_debug_output_or_in_an_error() {
    let text = r#"{"provider":"azure-openai","api_key":"hunter2","azure_entra_client_secret":"hunter2","oracle_private_key":"-----BEGIN\nhunter2\n","vertex_service_account_json":{"private_key":"hunter2"},"aws_access_key_id":"a","aws_secret_access_key":"hunter2"}"#;
    let config = read(text);
    assert!(!format!("{config:?}").contains("hunter2"));
    let OptionValue::Secret(key) = config.options.get(OptionName::OraclePrivateKey).unwrap() else {
        panic!()
    };
    assert_eq!(Sealed::expose(key), "-----BEGIN\nhunter2\n");
    for broken in
        [r#""api_key":"hunter2\u0000""#, r#""api_key":["hunter2"]"#, r#""azure_ad_token":{"a":"hunter2"}"#]
    {
        let error = Config::parse(&format!("{{\"provider\":\"a\",{broken}}}")).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn credentials_that_work_only_together_are_wanted_together() {
    refused(
        r#"{"provider":"bedrock","aws_access_key_id":"a"}"#,
        &["/aws_access_key_id: this works only with `aws_secret_access_key`"],
    );
    refused(
        r#"{"provider":"azure-openai","azure_auth_mode":"entra","azure_entra_tenant_id":"t","azure_entra_client_id":"c"}"#,
        &["/azure_auth_mode: this works only with `azure_entra_client_secret`"],
    );
    refused(r#"{"provider":"vertex-ai","api_key":"k"}"#, &["vertex-ai needs `vertex_region`"]);
}
