//! Fuzzes `targets::ndjson`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|data: &[u8]| jackfield_fuzz::targets::ndjson::run(data));
