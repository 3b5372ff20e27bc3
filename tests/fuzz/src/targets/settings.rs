//! The operator's file: reading it never panics, and resolving its paths twice
//! changes nothing the second time.

use std::path::Path;

use crate::settings::Settings;

/// Panics where the property doesn't hold.
pub fn run(text: &str) {
    match Settings::parse(text, "jackfield.toml", &["routes", "server"]) {
        Ok(mut settings) => {
            settings.resolve_paths(Path::new("/etc/jackfield"));
            let once = settings.clone();
            settings.resolve_paths(Path::new("/etc/jackfield"));
            assert_eq!(settings, once);
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
}
