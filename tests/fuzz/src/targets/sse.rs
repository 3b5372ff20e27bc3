//! Server-sent events: nothing panics, splits don't matter, events keep within
//! the limit and hold no line breaks but those that join their data.

use crate::frame::SseCutter;
use crate::pieces::{Input, check};

/// Panics where the property doesn't hold.
pub fn run(data: &[u8]) {
    let Some(input) = Input::of(data) else { return };
    let outcome = check(&SseCutter::new(input.limit), &input);
    for event in &outcome.frames {
        assert!(event.event.len() + event.data.len() + event.id.len() <= input.limit);
        assert!(!event.data.contains('\r'));
        assert!(!event.event.contains(['\r', '\n']) && !event.id.contains(['\r', '\n', '\0']));
    }
    if let Some(rest) = outcome.rest {
        assert!(input.body.ends_with(&rest));
    }
}
