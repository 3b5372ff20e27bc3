//! Lines: nothing panics, splits don't matter, and the lines are those that
//! the standard library finds.
#![no_main]

use jackfield_fuzz::frame::LineCutter;
use jackfield_fuzz::pieces::{Input, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::of(data) else { return };
    let outcome = check(&LineCutter::new(input.limit), &input);
    if let (Ok(()), Ok(body)) = (outcome.end, std::str::from_utf8(input.body)) {
        let lines = body.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let lines: Vec<_> = lines.filter(|line| !line.trim_matches([' ', '\t']).is_empty()).collect();
        assert_eq!(outcome.frames, lines);
    }
});
