//! Fuzzes `targets::portkey_config`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|data: &[u8]| jackfield_fuzz_gateway::targets::portkey_config::run(data));
