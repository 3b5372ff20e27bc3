//! Fuzzes `targets::sigv4_head`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|data: &[u8]| jackfield_fuzz_gateway::targets::sigv4_head::run(data));
