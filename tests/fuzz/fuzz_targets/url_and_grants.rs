//! Fuzzes `targets::url_and_grants`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|text: &str| jackfield_fuzz::targets::url_and_grants::run(text));
