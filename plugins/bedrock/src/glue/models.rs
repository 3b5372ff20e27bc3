//! The list of models, from the control plane.

use jackfield_sdk::aws;
use jackfield_sdk::http;
use jackfield_sdk::models::{Guest, ModelInfo};
use jackfield_sdk::types::Error;

use super::{Bedrock, settings};
use crate::convert::models;
use crate::wire::answer::ModelPage;

/// Profiles in a page, and pages that are read at most.
const PAGE: &str = "1000";
const PAGES: usize = 100;

impl Guest for Bedrock {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        let settings = settings()?;
        let Some(control) = &settings.control_url else {
            return Err(Error::unsupported(
                "Bedrock lists models at its control plane: set config.control-url, as in \"https://bedrock.eu-west-1.amazonaws.com\", and grant that origin",
            ));
        };
        let get = |path: &str| http::get(http::join(control, path)).auth(settings.auth.scheme());
        let answer: ModelPage = get("foundation-models").send_ok(aws::answer_error)?.json()?;
        let (mut models, _) = models::page(answer, settings)?;
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let mut request = get("inference-profiles").query("maxResults", PAGE);
            if let Some(token) = &token {
                request = request.query("nextToken", token);
            }
            let (more, next) = models::page(request.send_ok(aws::answer_error)?.json()?, settings)?;
            models.extend(more);
            if next.is_none() || next == token {
                break;
            }
            token = next;
        }
        Ok(models)
    }
}
