//! What the fuzz targets share, and the modules that they work on.
//!
//! The modules are the runtime's own files. They are included one by one,
//! because the runtime as a whole brings a compiler for WebAssembly along,
//! which takes minutes to build and hours to run under a sanitizer. Of the way
//! out, that is what decides where to: the rest needs a network.

#![allow(dead_code, reason = "no target uses all of a module")]

#[path = "../../../host/runtime/src"]
mod runtime {
    pub mod digest;
    pub mod frame;
    pub mod manifest;
    pub mod secret;
    pub mod settings;

    pub mod egress {
        pub mod address;
        pub mod methods;
        pub mod origin;
        pub mod policy;
        pub mod refusal;
        pub mod url;
    }
}

// They name each other from the root of their crate.
pub use runtime::{digest, egress, frame, manifest, secret, settings};

pub mod pieces;
