//! Fuzzes `targets::sse`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|data: &[u8]| jackfield_fuzz::targets::sse::run(data));
