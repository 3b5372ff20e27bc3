//! Between the contract and the wire: pure functions, tested natively.
//! [`request`] makes the body of a chat, [`answer`] and [`stream`] read what
//! comes back, [`errors`] says what went wrong; [`embedding`], [`rerank`],
//! [`models`] and [`tokens`] are both directions of the smaller endpoints.

pub(crate) mod answer;
mod citations;
pub(crate) mod embedding;
pub(crate) mod errors;
mod finish;
mod logprobs;
pub(crate) mod models;
#[cfg(test)]
mod recorded_tests;
pub(crate) mod request;
pub(crate) mod rerank;
#[cfg(test)]
mod spec_tests;
pub(crate) mod stream;
pub(crate) mod tokens;
mod usage;

use jackfield_sdk::json::merge_extra;
use jackfield_sdk::types::Error;
use serde::Serialize;

/// The id of thoughts that are the plan for calls of tools, which the API tells
/// apart from other thoughts.
const PLAN: &str = "tool_plan";

/// The bytes of a body, with the caller's members merged over it.
fn written(body: &impl Serialize, extra: Option<&str>) -> Result<Vec<u8>, Error> {
    let unwritable = |error| Error::internal(format!("the request can't be written as JSON: {error}"));
    if extra.is_none() {
        return serde_json::to_vec(body).map_err(unwritable);
    }
    let mut body = serde_json::to_value(body).map_err(unwritable)?;
    merge_extra(&mut body, extra)?;
    serde_json::to_vec(&body).map_err(unwritable)
}
