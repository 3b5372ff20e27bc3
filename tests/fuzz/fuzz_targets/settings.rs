//! Fuzzes `targets::settings`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|text: &str| jackfield_fuzz::targets::settings::run(text));
