//! Fuzzes `targets::manifest`.
#![cfg_attr(fuzzing, no_main)]

jackfield_fuzz::target!(|text: &str| jackfield_fuzz::targets::manifest::run(text));
