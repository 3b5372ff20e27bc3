//! The list of models.

use jackfield_sdk::http::RequestBuilder;
use jackfield_sdk::models::{Guest, ModelInfo};
use jackfield_sdk::types::Error;

use super::{OpenAi, Read, endpoint, send};
use crate::convert::models;
use crate::settings::{Bound, Endpoint, Paths};

/// Against an upstream whose list has no end.
const MOST_PAGES: usize = 100;

impl Guest for OpenAi {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        let endpoint = endpoint()?;
        let found = all(endpoint, MOST_PAGES, |request| request)?;
        let named = |mut model: ModelInfo| {
            model.id = endpoint.strip_prefix(&model.id)?.to_owned();
            Some(model)
        };
        Ok(found.into_iter().filter_map(named).collect())
    }
}

/// All models by the upstream's own names, from `most_pages` of its list. Each
/// request is sent as `dressed` makes it.
pub(super) fn all(
    endpoint: &Endpoint,
    most_pages: usize,
    dressed: impl Fn(RequestBuilder) -> RequestBuilder,
) -> Result<Vec<ModelInfo>, Error> {
    let path = Paths::Models.read(&Bound);
    models::all(most_pages, |after| {
        let mut request = dressed(endpoint.get(&path));
        if let Some(after) = after {
            request = request.query("after", after);
        }
        models::convert(Read::all(send(request)?)?.whole())
    })
}
