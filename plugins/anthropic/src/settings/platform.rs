//! Where Claude is served: at Anthropic's own API, or in the clouds that carry
//! the same body with another address and a version inside of it.
//!
//! * Vertex AI: <https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai>
//! * Bedrock: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html>

use jackfield_sdk::http::encode;
use jackfield_sdk::types::Error;

use super::{Settings, wrong};

/// A place that serves Claude.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Platform {
    Anthropic,
    Vertex { project: String, location: String },
    Bedrock,
}

/// What is asked of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Answer,
    Stream,
    Count,
}

impl Platform {
    pub(super) fn read(word: &str, project: Option<String>, location: Option<String>) -> Result<Self, Error> {
        let needed = |name: &str, value: Option<String>| {
            value
                .filter(|value| !value.is_empty())
                .ok_or_else(|| wrong(name, "", "set where config.platform is `vertex`"))
        };
        match word {
            "anthropic" => Ok(Platform::Anthropic),
            "vertex" => Ok(Platform::Vertex {
                project: needed("project", project)?,
                location: needed("location", location)?,
            }),
            "bedrock" => Ok(Platform::Bedrock),
            other => Err(wrong("platform", other, "`anthropic`, `vertex` or `bedrock`")),
        }
    }

    /// The version that the body has in it, where it isn't a header.
    pub(crate) fn version(&self) -> Option<&'static str> {
        match self {
            Platform::Anthropic => None,
            Platform::Vertex { .. } => Some("vertex-2023-10-16"),
            Platform::Bedrock => Some("bedrock-2023-05-31"),
        }
    }

    /// Whether the address has the model in it, so that the body hasn't.
    pub(crate) fn addresses_model(&self, operation: Operation) -> bool {
        match self {
            Platform::Anthropic => false,
            Platform::Vertex { .. } => operation != Operation::Count,
            Platform::Bedrock => true,
        }
    }
}

impl Settings {
    /// The address of an operation on a model.
    pub(crate) fn address(&self, operation: Operation, model: &str) -> String {
        let model = encode(&format!("{}{model}", self.model_prefix));
        match &self.platform {
            Platform::Anthropic => self.endpoint(match operation {
                Operation::Answer | Operation::Stream => "messages",
                Operation::Count => "messages/count_tokens",
            }),
            Platform::Vertex { project, location } => {
                // `@` stands before the date of a model, and may be written as it is.
                let model = model.replace("%40", "@");
                let (model, method) = match operation {
                    Operation::Answer => (model.as_str(), "rawPredict"),
                    Operation::Stream => (model.as_str(), "streamRawPredict"),
                    Operation::Count => ("count-tokens", "rawPredict"),
                };
                self.endpoint(&format!(
                    "projects/{}/locations/{}/publishers/anthropic/models/{model}:{method}",
                    encode(project),
                    encode(location)
                ))
            }
            Platform::Bedrock => {
                let base = self.base_url.trim_end_matches('/');
                let method = match operation {
                    Operation::Answer => "invoke",
                    Operation::Stream => "invoke-with-response-stream",
                    Operation::Count => "count-tokens",
                };
                format!("{base}/model/{model}/{method}")
            }
        }
    }

    /// The address of an endpoint, given as `messages` for `/v1/messages`.
    pub(crate) fn endpoint(&self, path: &str) -> String {
        let base = self.base_url.trim_end_matches('/');
        format!("{}/v1/{path}", base.strip_suffix("/v1").unwrap_or(base))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::settings::tests::settings;

    pub(crate) fn vertex() -> Settings {
        let platform = Platform::Vertex { project: "p-1".to_owned(), location: "us-east5".to_owned() };
        Settings { platform, ..settings() }
    }

    pub(crate) fn bedrock() -> Settings {
        Settings { platform: Platform::Bedrock, ..settings() }
    }

    #[test]
    fn an_endpoint_has_one_v1_however_the_base_is_written() {
        let mut settings = settings();
        for base in
            ["https://a.example", "https://a.example/", "https://a.example/v1", "https://a.example/v1/"]
        {
            settings.base_url = base.to_owned();
            assert_eq!(settings.address(Operation::Answer, "m"), "https://a.example/v1/messages");
        }
        assert_eq!(settings.address(Operation::Count, "m"), "https://a.example/v1/messages/count_tokens");
    }

    #[test]
    fn clouds_have_the_model_in_the_address() {
        let of = |settings: &Settings, operation| {
            settings
                .address(operation, "claude-x@20990101")
                .trim_start_matches("https://api.example/")
                .to_owned()
        };
        let place = "v1/projects/p-1/locations/us-east5/publishers/anthropic/models";
        assert_eq!(of(&vertex(), Operation::Answer), format!("{place}/claude-x@20990101:rawPredict"));
        assert_eq!(of(&vertex(), Operation::Stream), format!("{place}/claude-x@20990101:streamRawPredict"));
        assert_eq!(of(&vertex(), Operation::Count), format!("{place}/count-tokens:rawPredict"));
        let arn = "arn:aws:bedrock:eu-1:0:inference-profile/eu.anthropic.claude-x-v1:0";
        assert_eq!(
            bedrock().address(Operation::Stream, arn),
            "https://api.example/model/arn%3Aaws%3Abedrock%3Aeu-1%3A0%3Ainference-profile%2Feu.anthropic.claude-x-v1%3A0/invoke-with-response-stream"
        );
        assert!(bedrock().address(Operation::Count, "m").ends_with("/model/m/count-tokens"));
    }

    #[test]
    fn vertex_needs_to_know_its_project_and_location() {
        let text = |text: &str| Some(text.to_owned());
        assert!(Platform::read("vertex", text("p"), text("l")).is_ok());
        for (project, location) in [(None, text("l")), (text("p"), None), (text(""), text("l"))] {
            let error = Platform::read("vertex", project, location).unwrap_err();
            assert!(error.message.contains("vertex"), "{error}");
        }
        assert!(Platform::read("azure", None, None).unwrap_err().message.contains("config.platform"));
    }
}
