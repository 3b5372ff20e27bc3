//! Fuzzes `targets::event_stream`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|data: &[u8]| jackfield_fuzz::targets::event_stream::run(data));
