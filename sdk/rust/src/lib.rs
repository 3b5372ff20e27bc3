//! sdk
pub mod bindings;

use bindings::imports::jackfield::plugin as i;
pub use i::types;

/// Chat: the [`Guest`](llm::Guest) trait and its types.
pub mod llm {
    pub use crate::bindings::llm::exports::jackfield::plugin::llm::*;
}

/// Embeddings.
pub mod embedding {
    pub use crate::bindings::embedding::exports::jackfield::plugin::embedding::*;
}

/// Exports a plugin: `jackfield_sdk::export!(MyPlugin: llm, embedding);`.
#[macro_export]
macro_rules! export {
    ($plugin:ident : $($interface:ident),+ $(,)?) => {
        $($crate::__export_one!($interface, $plugin);)+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_one {
    (llm, $plugin:ident) => { $crate::bindings::llm::__export_llm!($plugin with_types_in $crate::bindings::llm); };
    (embedding, $plugin:ident) => { $crate::bindings::embedding::__export_embedding!($plugin with_types_in $crate::bindings::embedding); };
}
