//! Ids and times of answers whose provider gave none.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::dialect::Identity;

/// A fresh one for an answer of this model.
pub(crate) fn new(model: String) -> Identity {
    let created = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Identity { id: format!("{:024x}", fastrand::u128(..) & ((1 << 96) - 1)), created, model }
}
