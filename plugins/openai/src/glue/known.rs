//! Looking a model up in the service's list before it is asked.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use jackfield_sdk::log;
use jackfield_sdk::types::Error;

use super::models;
use crate::convert::known::{Known, List};
use crate::settings::Endpoint;

/// The longest that a call waits for a page of the list.
const PATIENCE_MS: u64 = 10_000;

/// The most pages of it: they count as requests of the call that waits, which
/// still has its own to send.
const MOST_PAGES: usize = 8;

/// What this instance knows: it serves one provider, call after call.
static KNOWN: Mutex<Known> = Mutex::new(Known::new());

/// Refuses a model that the service doesn't have, where the provider is set to
/// look. What it returns is for the warnings of the answer.
pub(super) fn check(endpoint: &Endpoint, model: &str) -> Result<Option<String>, Error> {
    if !endpoint.check_models {
        return Ok(None);
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.check(&endpoint.model(model), Instant::now(), || {
        let found = models::all(endpoint, MOST_PAGES, |request| request.timeout_ms(PATIENCE_MS))?;
        Ok(List { names: found.into_iter().map(|model| model.id).collect() })
    })
}

/// The same for answers that have no place for warnings.
pub(super) fn check_quietly(endpoint: &Endpoint, model: &str) -> Result<(), Error> {
    if let Some(warning) = check(endpoint, model)? {
        log::warn(&warning, &[]);
    }
    Ok(())
}
