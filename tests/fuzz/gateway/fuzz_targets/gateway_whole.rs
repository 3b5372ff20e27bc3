//! Fuzzes `targets::gateway_whole`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|data: &[u8]| jackfield_fuzz_gateway::targets::gateway_whole::run(data));
