use super::*;

fn read(pairs: &[(&'static str, &str)]) -> Result<Wishes, String> {
    let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    Wishes::read(&headers.collect()).map_err(|failure| failure.message)
}

#[test]
fn what_is_said_is_read() {
    let wishes = read(&[
        ("x-portkey-config", "{}"),
        ("x-portkey-provider", "openai"),
        ("x-portkey-trace-id", "t"),
        ("x-portkey-metadata", "{\"_user\":\"u\"}"),
        ("x-portkey-request-timeout", "1500"),
        ("x-portkey-strict-open-ai-compliance", "false"),
        ("x-portkey-forward-headers", "x-a, X-B"),
        ("x-portkey-custom-host", "https://llm.example/v1"),
        ("x-portkey-package-version", "portkey-1"),
        ("x-portkey-cache-force-refresh", "true"),
        ("x-portkey-cache-namespace", "mine"),
        ("x-portkey-cache", "semantic"),
        ("x-portkey-cache-ttl", "60"),
        ("x-portkey-debug", "false"),
        ("x-portkey-span-id", "s-1"),
        ("x-portkey-span-name", "a step"),
        ("x-portkey-parent-span-id", "s-0"),
        ("x-portkey-sensitive-headers", "x-a, authorization"),
        ("x-portkey-fetch-integrated-models", "false"),
        ("x-portkey-nitro-mode", "false"),
        ("x-other", "ignored"),
    ])
    .unwrap();
    assert_eq!(wishes.config.as_deref(), Some("{}"));
    assert_eq!(wishes.overrides.provider.as_deref(), Some("openai"));
    assert_eq!(wishes.metadata["_user"], "u");
    assert!(wishes.cache_refresh);
    assert_eq!(wishes.cache_namespace.as_deref(), Some("mine"));
    assert_eq!(wishes.overrides.cache_mode, Some(CacheMode::Semantic));
    assert_eq!(wishes.overrides.cache_age, Some(Duration::from_secs(60)));
    assert!(wishes.private && !read(&[("x-portkey-debug", "true")]).unwrap().private);
    assert_eq!(wishes.overrides.request_timeout, Some(Duration::from_millis(1_500)));
    assert_eq!(wishes.overrides.strict, Some(false));
    assert_eq!(wishes.overrides.forward_headers.unwrap().len(), 2);
    assert_eq!(wishes.overrides.custom_host.unwrap().as_str(), "https://llm.example/v1");
}

#[test]
fn what_is_not_followed_or_not_understood_is_refused_by_name() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(129));
    for (name, value) in [
        ("x-portkey-cache-force-refresh", "now"),
        ("x-portkey-cache", "sometimes"),
        ("x-portkey-cache-ttl", "59"),
        ("x-portkey-cache-ttl", "7776001"),
        ("x-portkey-cache-ttl", "an hour"),
        ("x-portkey-debug", "maybe"),
        ("x-portkey-sensitive-headers", "a b"),
        ("x-portkey-span-id", &"x".repeat(257)),
        ("x-portkey-fetch-integrated-models", "true"),
        ("x-portkey-nitro-mode", "true"),
        ("x-portkey-virtual-key", ""),
        ("x-portkey-provider", " "),
        ("x-portkey-invented", "v"),
        ("x-portkey-openai-project", ""),
        ("x-portkey-custom-host", "https://user:hunter2@llm.example"),
        ("x-portkey-custom-host", "ftp://llm.example"),
        ("x-portkey-request-timeout", "soon"),
        ("x-portkey-request-timeout", "0"),
        ("x-portkey-metadata", "[]"),
        ("x-portkey-metadata", "{\"a\":1}"),
        ("x-portkey-metadata", &long),
        ("x-portkey-forward-headers", "a b"),
        ("x-portkey-custom-host", "no url"),
        ("x-portkey-strict-open-ai-compliance", "yes"),
    ] {
        let error = read(&[(name, value)]).unwrap_err();
        assert!(error.contains(name) && !error.contains("hunter2"), "{error}");
    }
    let error = read(&[("x-portkey-forward-headers", "x-fine, not fine")]).unwrap_err();
    assert!(error.contains("\"not fine\""), "{error}");
}

#[test]
fn a_virtual_key_is_a_provider_as_it_is_bound_here() {
    let of = |pairs: &[(&'static str, &str)]| {
        let overrides = read(pairs).unwrap().overrides;
        (overrides.provider.unwrap(), overrides.bound)
    };
    let (plain, slug, key) = (
        ("x-portkey-provider", "openai"),
        ("x-portkey-provider", "@team"),
        ("x-portkey-virtual-key", "team"),
    );
    assert_eq!(of(&[plain]), ("openai".to_owned(), false));
    assert_eq!(of(&[slug]), ("team".to_owned(), true));
    assert_eq!(of(&[key]), ("team".to_owned(), true));
    assert_eq!(of(&[plain, key]), ("team".to_owned(), true));
}

#[test]
fn fields_of_providers_are_read_and_no_secret_shows() {
    let wishes = read(&[
        ("x-portkey-config", "{\"api_key\":\"hunter2\"}"),
        ("x-portkey-openai-project", "p"),
        ("x-portkey-azure-resource-name", "r"),
        ("x-portkey-aws-secret-access-key", "hunter2"),
    ])
    .unwrap();
    let options = &wishes.overrides.options;
    assert_eq!(options.text(OptionName::OpenAiProject), Some("p"));
    assert_eq!(options.text(OptionName::AzureResourceName), Some("r"));
    assert!(options.has(OptionName::AwsSecretAccessKey));
    assert!(!format!("{wishes:?}").contains("hunter2"), "{wishes:?}");
}
