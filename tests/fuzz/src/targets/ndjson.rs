//! Lines: nothing panics, splits don't matter, and the lines are those that
//! the standard library finds.

use crate::frame::LineCutter;
use crate::pieces::{Input, check};

/// Panics where the property doesn't hold.
pub fn run(data: &[u8]) {
    let Some(input) = Input::of(data) else { return };
    let outcome = check(&LineCutter::new(input.limit), &input);
    if let (Ok(()), Ok(body)) = (outcome.end, std::str::from_utf8(input.body)) {
        let lines = body.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let lines: Vec<_> = lines.filter(|line| !line.trim_matches([' ', '\t']).is_empty()).collect();
        assert_eq!(outcome.frames, lines);
    }
}
