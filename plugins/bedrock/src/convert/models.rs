//! What the control plane lists: foundation models, and profiles of them that
//! run in several regions.

use jackfield_sdk::models::ModelInfo;
use jackfield_sdk::types::Error;
use serde_json::value::RawValue;

use crate::convert::route::Extra;
use crate::settings::Settings;
use crate::settings::model::Family;
use crate::wire::answer::{FoundationModel, InferenceProfile, ModelPage};

/// The models of a page, and the token of the next one.
pub(crate) fn page(page: ModelPage, settings: &Settings) -> Result<(Vec<ModelInfo>, Option<String>), Error> {
    let models = page.model_summaries.iter().map(|raw| foundation(raw, settings));
    let profiles = page.inference_profile_summaries.iter().map(|raw| profile(raw, settings));
    let all = models.chain(profiles).collect::<Result<Vec<_>, Error>>()?;
    Ok((all, page.next_token.filter(|token| !token.is_empty())))
}

fn foundation(raw: &RawValue, settings: &Settings) -> Result<ModelInfo, Error> {
    let model: FoundationModel = serde_json::from_str(raw.get()).map_err(|error| strange(&error))?;
    let mut interfaces = interfaces(&model.model_id, settings);
    // The family tells rerankers apart, which give texts too; modalities the rest.
    if interfaces.first().is_some_and(|interface| interface == "llm") {
        let gives = |modality: &str| model.output_modalities.iter().any(|other| other == modality);
        interfaces = match () {
            () if gives("EMBEDDING") => vec!["embedding".to_owned()],
            () if gives("TEXT") || model.output_modalities.is_empty() => interfaces,
            () => Vec::new(),
        };
    }
    Ok(info(model.model_id, model.model_name, model.provider_name, interfaces, raw))
}

fn profile(raw: &RawValue, settings: &Settings) -> Result<ModelInfo, Error> {
    let profile: InferenceProfile = serde_json::from_str(raw.get()).map_err(|error| strange(&error))?;
    let own = profile.kind.as_deref() == Some("APPLICATION");
    // An account's own profile is called by its ARN.
    let id = match profile.inference_profile_arn.filter(|_| own) {
        Some(arn) => arn,
        None => profile.inference_profile_id,
    };
    let interfaces = interfaces(&id, settings);
    Ok(info(id, profile.inference_profile_name, None, interfaces, raw))
}

fn interfaces(id: &str, settings: &Settings) -> Vec<String> {
    let family = super::route::family(id, &Extra::default(), settings).ok();
    let interface = match family {
        Some(
            Family::TitanEmbed1
            | Family::TitanEmbed2
            | Family::TitanEmbedImage
            | Family::NovaEmbed
            | Family::CohereEmbed
            | Family::CohereEmbed4,
        ) => "embedding",
        Some(Family::Rerank | Family::CohereRerank) => "rerank",
        _ => "llm",
    };
    vec![interface.to_owned()]
}

fn info(
    id: String,
    name: Option<String>,
    owner: Option<String>,
    interfaces: Vec<String>,
    raw: &RawValue,
) -> ModelInfo {
    ModelInfo {
        id,
        name,
        owner,
        created: None,
        interfaces,
        context_tokens: None,
        max_output_tokens: None,
        raw: Some(raw.get().to_owned()),
    }
}

fn strange(error: &serde_json::Error) -> Error {
    Error::bad_answer(format!("the upstream lists a model that isn't as its API says: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    #[test]
    fn models_and_profiles_are_told_by_what_they_do() {
        let read = |json: &str| page(serde_json::from_str(json).unwrap(), &settings()).unwrap();
        let (models, next) = read(
            r#"{"modelSummaries":[
                {"modelId":"amazon.titan-embed-text-v2:0","outputModalities":["EMBEDDING"]},
                {"modelId":"new.embedder-v1","outputModalities":["EMBEDDING"]},
                {"modelId":"amazon.nova-canvas-v1:0","outputModalities":["IMAGE"]},
                {"modelId":"cohere.rerank-v3-5:0","outputModalities":["TEXT"]},
                {"modelId":"a.b","modelName":"B","providerName":"A","outputModalities":["TEXT"]}]}"#,
        );
        let interfaces: Vec<_> = models.iter().map(|model| model.interfaces.join("")).collect();
        assert_eq!(interfaces, ["embedding", "embedding", "", "rerank", "llm"]);
        assert_eq!(
            (models[4].name.as_deref(), models[4].owner.as_deref(), next),
            (Some("B"), Some("A"), None)
        );

        let (profiles, next) = read(
            r#"{"inferenceProfileSummaries":[
                {"inferenceProfileId":"us.a.b","inferenceProfileArn":"arn:x/us.a.b","type":"SYSTEM_DEFINED"},
                {"inferenceProfileId":"q1","inferenceProfileArn":"arn:x/q1","type":"APPLICATION"}],"nextToken":"t"}"#,
        );
        assert_eq!(
            profiles.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(),
            ["us.a.b", "arn:x/q1"]
        );
        assert_eq!(next.as_deref(), Some("t"));
    }
}
