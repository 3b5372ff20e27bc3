//! What is tried, a module for each target: a function that takes any input and
//! panics where a property doesn't hold.

pub mod gateway_request;
pub mod gateway_whole;
pub mod other_dialects;
pub mod portkey_config;
pub mod portkey_headers;
pub mod sigv4_head;
