//! Where requests go. The two platforms name the same models and methods under
//! different hosts and paths.
//!
//! <https://ai.google.dev/api>,
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations>

use jackfield_sdk::http;
use jackfield_sdk::settings::wrong;
use jackfield_sdk::types::Error;

/// Which of Google's two APIs is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    Gemini,
    Vertex,
}

/// The host of Vertex AI that isn't bound to a location. In a base URL it
/// stands for that of the configured location.
const GLOBAL_HOST: &str = "https://aiplatform.googleapis.com";

/// The API version that lists the models of Vertex AI; others don't.
const LISTING_VERSION: &str = "v1beta1";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) platform: Platform,
    base: String,
    version: String,
    project: Option<String>,
    location: String,
}

impl Endpoint {
    pub(crate) fn new(
        platform: Platform,
        base: String,
        version: Option<String>,
        project: Option<String>,
        location: Option<String>,
    ) -> Result<Self, Error> {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let usual = match platform {
            Platform::Gemini => "v1beta",
            Platform::Vertex => "v1",
        };
        let (project, location) = (filled(project), filled(location));
        if platform == Platform::Vertex
            && project.is_none()
            && location.as_deref().is_some_and(|location| location != "global")
        {
            return Err(wrong("project", "", "the id of the project whose location is used"));
        }
        Ok(Endpoint {
            platform,
            version: filled(version).unwrap_or_else(|| usual.to_owned()),
            base: base.trim_end_matches('/').to_owned(),
            project,
            location: location.unwrap_or_else(|| "global".to_owned()),
        })
    }

    /// The project that pays, where the platform wants to be told.
    pub(crate) fn project(&self) -> Option<&str> {
        self.project.as_deref().filter(|_| self.platform == Platform::Vertex)
    }

    /// The address of a method of a model, as `generateContent`. A model may
    /// be named in full, as `tunedModels/x` or `projects/p/locations/l/endpoints/e`,
    /// but a name can't leave its place in the path, nor the project.
    pub(crate) fn method(&self, model: &str, method: &str) -> Result<String, Error> {
        if model.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(Error::invalid_request(format!("`{model}` is no name of a model")));
        }
        Ok(format!("{}:{method}", self.url(&self.version, &self.resource(model)?)))
    }

    /// The address of the list of models.
    pub(crate) fn models(&self) -> String {
        match self.platform {
            Platform::Gemini => self.url(&self.version, "models"),
            Platform::Vertex => self.url(LISTING_VERSION, "publishers/google/models"),
        }
    }

    /// A model's full name, as Gemini wants it in bodies.
    pub(crate) fn full_name(model: &str) -> String {
        if model.contains('/') { model.to_owned() } else { format!("models/{model}") }
    }

    /// A model's path, each of its segments encoded.
    fn resource(&self, model: &str) -> Result<String, Error> {
        let path = model.split('/').map(http::encode).collect::<Vec<_>>().join("/");
        Ok(match self.platform {
            Platform::Gemini => Self::full_name(&path),
            Platform::Vertex if path.starts_with("projects/") => {
                let own = self.project.as_deref().map(http::encode);
                if path.split('/').nth(1) != own.as_deref() {
                    return Err(Error::invalid_request(format!(
                        "`{model}` isn't in the project of this provider: configure another provider for that project"
                    )));
                }
                path
            }
            Platform::Vertex => {
                let within = match path.split_once('/') {
                    None => format!("publishers/google/models/{path}"),
                    Some(("models", id)) => format!("publishers/google/models/{id}"),
                    Some(("publishers" | "endpoints", _)) => path,
                    Some((publisher, id)) => format!("publishers/{publisher}/models/{id}"),
                };
                match &self.project {
                    // Express mode: the key tells the project.
                    None => within,
                    Some(project) => format!(
                        "projects/{}/locations/{}/{within}",
                        http::encode(project),
                        http::encode(&self.location)
                    ),
                }
            }
        })
    }

    fn url(&self, version: &str, path: &str) -> String {
        let base = self.base.strip_suffix(&format!("/{}", self.version)).unwrap_or(&self.base);
        let location = self.location.as_str();
        let base = match location {
            "global" => base.to_owned(),
            // The multi-regions have hosts of another form.
            "us" | "eu" => {
                base.replacen(GLOBAL_HOST, &format!("https://aiplatform.{location}.rep.googleapis.com"), 1)
            }
            _ => base.replacen(GLOBAL_HOST, &format!("https://{location}-aiplatform.googleapis.com"), 1),
        };
        format!("{base}/{version}/{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gemini(base: &str) -> Endpoint {
        Endpoint::new(Platform::Gemini, base.to_owned(), None, None, None).unwrap()
    }

    fn vertex(location: Option<&str>, project: Option<&str>) -> Endpoint {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Endpoint::new(Platform::Vertex, GLOBAL_HOST.to_owned(), None, owned(project), owned(location))
            .unwrap()
    }

    #[test]
    fn a_model_of_gemini_is_named_short_or_in_full() {
        for base in ["https://g.example", "https://g.example/", "https://g.example/v1beta"] {
            let endpoint = gemini(base);
            assert_eq!(
                endpoint.method("m-1", "generateContent").unwrap(),
                "https://g.example/v1beta/models/m-1:generateContent"
            );
            assert_eq!(
                endpoint.method("tunedModels/t", "x").unwrap(),
                "https://g.example/v1beta/tunedModels/t:x"
            );
            assert_eq!(endpoint.models(), "https://g.example/v1beta/models");
        }
        let version = Some("v1".to_owned());
        let endpoint = Endpoint::new(Platform::Gemini, "https://g.example".to_owned(), version, None, None);
        assert_eq!(endpoint.unwrap().method("m", "x").unwrap(), "https://g.example/v1/models/m:x");
    }

    #[test]
    fn a_location_has_its_host_and_its_path() {
        for (location, host, place) in [
            (None, "aiplatform.googleapis.com", "global"),
            (Some("global"), "aiplatform.googleapis.com", "global"),
            (Some("us-central1"), "us-central1-aiplatform.googleapis.com", "us-central1"),
            (Some("eu"), "aiplatform.eu.rep.googleapis.com", "eu"),
        ] {
            assert_eq!(
                vertex(location, Some("p")).method("m", "generateContent").unwrap(),
                format!(
                    "https://{host}/v1/projects/p/locations/{place}/publishers/google/models/m:generateContent"
                )
            );
        }
        assert_eq!(
            vertex(Some("us-west1"), Some("p")).models(),
            "https://us-west1-aiplatform.googleapis.com/v1beta1/publishers/google/models"
        );
    }

    #[test]
    fn a_base_url_of_the_operators_stays_what_it_is() {
        let base = "http://127.0.0.1:9/proxy".to_owned();
        let place = Some("us-west1".to_owned());
        let endpoint = Endpoint::new(Platform::Vertex, base, None, Some("p".to_owned()), place).unwrap();
        assert!(
            endpoint
                .method("m", "x")
                .unwrap()
                .starts_with("http://127.0.0.1:9/proxy/v1/projects/p/locations/us-west1/")
        );
    }

    #[test]
    fn express_mode_has_no_project_and_no_location() {
        let url = vertex(None, None).method("m", "x").unwrap();
        assert_eq!(url, "https://aiplatform.googleapis.com/v1/publishers/google/models/m:x");
        let place = Some("us-west1".to_owned());
        let error = Endpoint::new(Platform::Vertex, GLOBAL_HOST.to_owned(), None, None, place).unwrap_err();
        assert!(error.message.contains("config.project"), "{}", error.message);
    }

    #[test]
    fn models_of_vertex_are_named_in_every_form() {
        let endpoint = vertex(None, Some("p"));
        let root = "https://aiplatform.googleapis.com/v1/projects/p/locations/global";
        for (model, path) in [
            ("m", "publishers/google/models/m"),
            ("models/m", "publishers/google/models/m"),
            ("meta/llama", "publishers/meta/models/llama"),
            ("publishers/x/models/y", "publishers/x/models/y"),
            ("endpoints/77", "endpoints/77"),
            ("a b?c", "publishers/google/models/a%20b%3Fc"),
        ] {
            assert_eq!(endpoint.method(model, "x").unwrap(), format!("{root}/{path}:x"));
        }
        let full = "projects/p/locations/l/endpoints/e";
        assert_eq!(
            endpoint.method(full, "x").unwrap(),
            format!("https://aiplatform.googleapis.com/v1/{full}:x")
        );
    }

    #[test]
    fn a_model_can_not_leave_its_place_in_the_path_or_its_project() {
        for model in ["..", "../x", "a/../b", "a//b", "", "."] {
            assert!(gemini("https://g.example").method(model, "y").is_err(), "{model}");
        }
        let error = vertex(None, Some("p")).method("projects/q/locations/l/endpoints/e", "x").unwrap_err();
        assert!(error.message.contains("project"), "{}", error.message);
        assert!(vertex(None, None).method("projects/q/endpoints/e", "x").is_err());
    }
}
