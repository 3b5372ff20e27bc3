//! The command line as a user runs it: a process of its own, with an environment
//! and a home of its own, real plugins, and the upstream of `jackfield dev` in
//! this process.

#![allow(unused_crate_dependencies, reason = "the program uses the others")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]

mod basics;
mod catalog;
mod chat;
mod configuration;
mod demo;
mod explain;
mod plugin_readmes;
mod plugins;
mod providers;
mod readme;
mod scene;
mod serving;
mod tools;
