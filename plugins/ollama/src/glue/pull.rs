//! Getting a model that isn't there.

use jackfield_sdk::log;
use jackfield_sdk::types::Error;

use super::post;
use crate::convert::errors;
use crate::convert::pull::{Step, cut_off, failed, step};
use crate::settings::Settings;
use crate::wire::models::Named;

/// Has a model downloaded and waits until it is there, as long as the
/// provider's timeouts let it.
pub(super) fn pull(model: &str, settings: &Settings) -> Result<(), Error> {
    log::info("getting a model that isn't there", &[("model", model)]);
    let answer = post("api/pull", settings)
        .json(&Named { model })
        .send_ok(|answer| failed(errors::of_answer(answer, model), model))?;
    let mut doing = String::new();
    for line in answer.lines() {
        match step(&line?, model)? {
            Step::Done => return Ok(()),
            // Layers tell their progress many times a second.
            Step::Does(status) if status != doing => {
                log::debug("getting a model", &[("model", model), ("status", &status)]);
                doing = status;
            }
            Step::Does(_) => {}
        }
    }
    Err(cut_off(model))
}

/// Gets a model if it isn't there, for requests whose body can be sent once
/// only.
pub(super) fn ensure(model: &str, settings: &Settings) -> Result<(), Error> {
    let mut missing = false;
    let shown = post("api/show", settings).json(&Named { model }).send_ok(|answer| {
        missing = errors::is_missing(answer);
        errors::of_answer(answer, model)
    });
    match shown {
        Err(_) if missing => pull(model, settings),
        // Whatever else is wrong, the request itself will say better.
        _ => Ok(()),
    }
}
