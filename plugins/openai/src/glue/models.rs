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
        let (_, found) = all(endpoint, |request| request)?;
        let named = |mut model: ModelInfo| {
            model.id = endpoint.strip_prefix(&model.id)?.to_owned();
            Some(model)
        };
        Ok(found.into_iter().filter_map(named).collect())
    }
}

/// All models by the upstream's own names, and where its list is. Each request
/// is sent as `dressed` makes it.
pub(super) fn all(
    endpoint: &Endpoint,
    dressed: impl Fn(RequestBuilder) -> RequestBuilder,
) -> Result<(String, Vec<ModelInfo>), Error> {
    let path = Paths::Models.read(&Bound);
    let mut found: Vec<ModelInfo> = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let mut request = dressed(endpoint.get(&path));
        if let Some(after) = &after {
            request = request.query("after", after);
        }
        let page = models::convert(Read::all(send(request)?)?.whole())?;
        found.extend(page.models);
        // A server that ignores `after` would send the same page for ever.
        if page.next.is_none() || page.next == after {
            return Ok((endpoint.url(&path, "", false), found));
        }
        after = page.next;
    }
    Err(Error::bad_answer(format!("the upstream's list of models doesn't end after {MOST_PAGES} pages")))
}
