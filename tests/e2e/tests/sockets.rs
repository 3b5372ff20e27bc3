//! Sockets and name look-up are no import of a plugin's: one that needs them
//! isn't loaded, and the message says what to use in their place.

use jackfield_e2e::{guest, host};
use jackfield_runtime::LoadError;

#[test]
fn a_component_that_needs_sockets_is_refused_and_shown_the_way_out() {
    let error = host().load_file(guest("hostile-sockets")).unwrap_err();
    let LoadError::Import { message } = &error else { panic!("{error:?}") };
    for part in ["wasi:sockets/", "jackfield:plugin/http", "wasi:http"] {
        assert!(message.contains(part), "{part:?} is missing in: {message}");
    }
}
