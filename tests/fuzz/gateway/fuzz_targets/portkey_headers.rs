//! Fuzzes `targets::portkey_headers`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|data: &[u8]| jackfield_fuzz_gateway::targets::portkey_headers::run(data));
