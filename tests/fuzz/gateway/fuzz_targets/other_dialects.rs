//! Fuzzes `targets::other_dialects`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|data: &[u8]| jackfield_fuzz_gateway::targets::other_dialects::run(data));
