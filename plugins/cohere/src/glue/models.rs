//! The list of models.

use jackfield_sdk::http;
use jackfield_sdk::models::{Guest, ModelInfo};
use jackfield_sdk::types::Error;

use super::{Cohere, dress, settings};
use crate::convert::{errors, models};

/// Models in a page of the list, and pages that are read at most.
const PAGE: &str = "1000";
const PAGES: usize = 100;

impl Guest for Cohere {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        let settings = settings()?;
        let mut models = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let mut request =
                dress(http::get(settings.endpoint("v1/models")), settings).query("page_size", PAGE);
            if let Some(token) = &token {
                request = request.query("page_token", token);
            }
            let (more, next) = models::page(request.send_ok(errors::of_answer)?.json()?)?;
            models.extend(more);
            if next.is_none() || next == token {
                break;
            }
            token = next;
        }
        Ok(models)
    }
}
