//! The operator's file: reading it never panics, and resolving its paths twice
//! changes nothing the second time.
#![no_main]

use std::path::Path;

use jackfield_fuzz::settings::Settings;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Settings::parse(text, "jackfield.toml", &["routes", "server"]) {
        Ok(mut settings) => {
            settings.resolve_paths(Path::new("/etc/jackfield"));
            let once = settings.clone();
            settings.resolve_paths(Path::new("/etc/jackfield"));
            assert_eq!(settings, once);
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
});
