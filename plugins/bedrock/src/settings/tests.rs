use std::collections::BTreeSet;

use super::*;
use crate::settings::model::{listed, without_region};

const MANIFEST: &str = include_str!("../../plugin.toml");

/// The default of a list of `plugin.toml`.
pub(crate) fn default_list(name: &str) -> Vec<String> {
    let (_, section) = MANIFEST.split_once(&format!("[config.{name}]")).unwrap();
    let line = section.lines().find_map(|line| line.strip_prefix("default = ")).unwrap();
    serde_json::from_str(line).unwrap()
}

/// The defaults of `plugin.toml`.
pub(crate) fn settings() -> Settings {
    Settings {
        base_url: "https://bedrock.example".to_owned(),
        control_url: None,
        agent_url: None,
        region: "eu-central-1".to_owned(),
        auth: Auth::SigV4,
        api: Api::Auto,
        rerank_api: RerankApi::Auto,
        invoke: Patterns::new(default_list("invoke-models")),
        whole: Patterns::new(default_list("whole-models")),
        families: families(&default_list("families")).unwrap(),
        top_k: top_k_fields(&default_list("top-k-fields")).unwrap(),
        reasoning: reasoning_styles(&default_list("reasoning-styles")).unwrap(),
        effort_budgets: effort_budgets(&default_list("effort-budgets")).unwrap(),
        structured_output: StructuredOutput::Auto,
        native_schema: Patterns::new(default_list("native-schema-models")),
        guardrail: None,
    }
}

#[test]
fn a_model_is_known_with_a_region_before_it_and_in_an_arn() {
    let families = settings().families;
    for (id, family) in [
        ("amazon.titan-text-express-v1", Some(Family::Titan)),
        ("us.amazon.nova-micro-v1:0", Some(Family::Nova)),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", Some(Family::Claude)),
        (
            "arn:aws:bedrock:us-east-1:012345678901:inference-profile/us.meta.llama4-x-v1:0",
            Some(Family::Llama4),
        ),
        ("arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-70b-instruct-v1:0", Some(Family::Llama3)),
        ("arn:aws:bedrock:us-east-1:012345678901:imported-model/abc123def456", None),
        ("amazon.titan-embed-text-v2:0", Some(Family::TitanEmbed2)),
        ("amazon.titan-embed-text-v1", Some(Family::TitanEmbed1)),
        ("amazon.titan-embed-image-v1", Some(Family::TitanEmbedImage)),
        ("amazon.nova-2-multimodal-embeddings-v1:0", Some(Family::NovaEmbed)),
        ("cohere.embed-english-v3", Some(Family::CohereEmbed)),
        ("us.cohere.embed-v4:0", Some(Family::CohereEmbed4)),
        ("cohere.command-r-plus-v1:0", Some(Family::CohereChat)),
        ("cohere.command-text-v14", Some(Family::CohereCommand)),
        ("ai21.j2-mid-v1", Some(Family::Jurassic)),
        ("ai21.jamba-1-5-mini-v1:0", Some(Family::ChatCompletions)),
        ("mistral.mistral-7b-instruct-v0:2", Some(Family::Mistral)),
        ("mistral.mistral-large-2407-v1:0", Some(Family::ChatCompletions)),
        ("cohere.rerank-v3-5:0", Some(Family::CohereRerank)),
        ("amazon.rerank-v1:0", Some(Family::Rerank)),
    ] {
        assert_eq!(families.of(id).copied(), family, "{id}");
    }
    assert_eq!(without_region("us-gov.a.b"), "a.b");
    assert_eq!(without_region("amazon.x"), "amazon.x");
}

#[test]
fn an_operator_tells_the_family_of_an_arn_by_its_own_line() {
    let line = "arn:aws:bedrock:*:imported-model/abc=llama3".to_owned();
    let families = families(&[line]).unwrap();
    let arn = "arn:aws:bedrock:us-east-1:012345678901:imported-model/abc";
    assert_eq!(families.of(arn), Some(&Family::Llama3));
    let invoke = settings().invoke;
    assert!(listed(&invoke, "arn:aws:sagemaker:us-east-1:012345678901:endpoint/e"));
    assert!(!listed(&invoke, arn));
}

#[test]
fn what_can_not_be_read_is_named() {
    let lines = |line: &str| [line.to_owned()];
    for error in [
        families(&lines("x=unheard-of")).unwrap_err(),
        families(&lines("no separator")).unwrap_err(),
        reasoning_styles(&lines("x=loud")).unwrap_err(),
        effort_budgets(&lines("low=many")).unwrap_err(),
    ] {
        assert!(error.message.contains("config."), "{}", error.message);
    }
}

#[test]
fn there_is_no_guardrail_without_its_id() {
    let of = |id: &str| guardrail(id.to_owned(), "1".to_owned(), "enabled".to_owned(), "async".to_owned());
    assert_eq!(of(""), None);
    let guardrail = of("abc").unwrap();
    assert_eq!((guardrail.guardrail_version.as_str(), guardrail.trace.as_str()), ("1", "enabled"));
    assert_eq!(guardrail.stream_processing_mode.as_deref(), Some("async"));
}

#[test]
fn every_value_that_is_read_is_declared_and_the_other_way_round() {
    let declared = MANIFEST.lines().filter_map(|line| line.strip_prefix("[config.")?.strip_suffix(']'));
    let code = include_str!("../settings.rs");
    let (_, read) = code.split_once("pub(crate) fn read()").unwrap();
    let (read, _) = read.split_once("\nfn families").unwrap();
    let read: BTreeSet<&str> = read.split('"').skip(1).step_by(2).collect();
    // The host's scheme reads these.
    let (_, scheme) = MANIFEST.split_once("[auth.sigv4]").unwrap();
    let (scheme, _) = scheme.split_once("[auth.token]").unwrap();
    let hosts: BTreeSet<&str> = scheme.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    assert!(hosts.contains("region"));
    let declared: BTreeSet<&str> = declared.collect();
    assert!(read.is_subset(&declared), "{read:?}");
    assert_eq!(&read | &hosts, declared);
}
