//! Changes to a request's parameters, made on the bytes of its JSON body.
//!
//! Most targets change nothing, and then the body isn't looked at. Otherwise
//! only the fields that are named change: whatever else is in there, known to
//! this gateway or not, keeps its bytes, order and digits.

mod path;
mod splice;

use std::collections::HashMap;

use bytes::Bytes;

use path::Drops;
pub use path::{Drop, DropError};

use crate::json::Json;

/// What is changed, in this order: `default_params` fill in, `override_params`
/// replace, `drop_params` take away from the result.
#[derive(Debug, Clone, Default)]
pub struct Params {
    overrides: Vec<(String, Json)>,
    /// Where each of them is: a body may have as many fields as a config has
    /// parameters, and both are of the client's choosing.
    places: HashMap<String, usize>,
    defaults: Vec<(String, Json)>,
    drops: Drops,
}

/// The body can't be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParamsError {
    /// It isn't an object, or isn't JSON at all.
    #[error("the request's body isn't a JSON object: {0}")]
    Body(#[from] serde_json::Error),
}

impl Params {
    /// Changes of these kinds. Of two values for one parameter the later counts.
    pub fn new(overrides: Vec<(String, Json)>, defaults: Vec<(String, Json)>, drops: &[Drop]) -> Self {
        let drops = drops.iter().fold(Drops::default(), |mut all, drop| {
            all.add(drop);
            all
        });
        let (overrides, defaults) = (last(overrides), last(defaults));
        let places = overrides.iter().enumerate().map(|(place, (name, _))| (name.clone(), place)).collect();
        Self { overrides, places, defaults, drops }
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.overrides.is_empty() && self.defaults.is_empty() && self.drops.is_empty()
    }

    /// About how many bytes it keeps.
    pub(crate) fn bytes(&self) -> usize {
        let of = |(name, value): &(String, Json)| 2 * name.len() + value.text().len() + 96;
        self.overrides.iter().map(of).sum::<usize>()
            + self.defaults.iter().map(of).sum::<usize>()
            + self.drops.bytes()
    }

    /// The value that a parameter is given whatever the request says.
    pub fn overriding(&self, name: &str) -> Option<&Json> {
        if self.overrides.is_empty() {
            return None;
        }
        self.places.get(name).and_then(|place| self.overrides.get(*place)).map(|(_, value)| value)
    }

    /// The body with the changes. Where there are none it is the same bytes.
    ///
    /// A field that stands in the body twice is replaced in both places:
    /// readers differ in which of them they believe.
    ///
    /// # Errors
    /// There is something to change and the body isn't a JSON object.
    pub fn apply(&self, body: &Bytes) -> Result<Bytes, ParamsError> {
        if self.is_empty() {
            return Ok(body.clone());
        }
        Ok(splice::apply(self, body)?)
    }
}

/// Of several values for one name the last, in the place of the first.
fn last(params: Vec<(String, Json)>) -> Vec<(String, Json)> {
    let mut kept: Vec<(String, Json)> = Vec::with_capacity(params.len());
    let mut places: HashMap<String, usize> = HashMap::with_capacity(params.len());
    for (name, value) in params {
        let place = *places.entry(name.clone()).or_insert(kept.len());
        match kept.get_mut(place) {
            Some((_, earlier)) => *earlier = value,
            None => kept.push((name, value)),
        }
    }
    kept
}

#[cfg(test)]
mod tests;
