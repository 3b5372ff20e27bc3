//! Where in a component the functions of each interface are: found once when it
//! is loaded, looked up in an instance when an interface is first used there.

use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre};

use crate::api::{
    callback, embedding, llm, models, passthrough, rerank, speech, tool, transcription, vector_store,
};
use crate::interface::Interface;
use crate::state::State;

macro_rules! interfaces {
    ($($module:ident: $interface:ident),+ $(,)?) => {
        /// Positions of all exported functions.
        #[derive(Default)]
        pub(crate) struct Indices {
            $($module: Option<$module::GuestIndices>,)+
        }

        impl Indices {
            pub(crate) fn new(pre: &InstancePre<State>, exported: &[Interface]) -> wasmtime::Result<Self> {
                let mut indices = Self::default();
                for interface in exported {
                    match interface {
                        $(Interface::$interface => {
                            indices.$module = Some($module::GuestIndices::new(pre)?);
                        })+
                    }
                }
                Ok(indices)
            }
        }

        /// The functions of one instance.
        #[derive(Default)]
        pub(crate) struct Guests {
            $($module: Option<$module::Guest>,)+
        }

        impl Guests {
            $(
                /// The interface's functions, looked up at the first call.
                pub(crate) fn $module(
                    &mut self,
                    store: &mut Store<State>,
                    instance: &Instance,
                ) -> wasmtime::Result<&$module::Guest> {
                    if self.$module.is_none() {
                        let bound = std::sync::Arc::clone(&store.data().bound);
                        let Some(indices) = &bound.plugin.indices().$module else {
                            return Err(wasmtime::Error::msg(concat!("no ", stringify!($module), " interface")));
                        };
                        self.$module = Some(indices.load(&mut *store, instance)?);
                    }
                    self.$module
                        .as_ref()
                        .ok_or_else(|| wasmtime::Error::msg(concat!("no ", stringify!($module), " interface")))
                }
            )+
        }
    };
}

interfaces! {
    llm: Llm,
    embedding: Embedding,
    rerank: Rerank,
    transcription: Transcription,
    speech: Speech,
    vector_store: VectorStore,
    callback: Callback,
    tool: Tool,
    passthrough: Passthrough,
    models: Models,
}
