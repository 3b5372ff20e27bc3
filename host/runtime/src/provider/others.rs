//! Reranking, tools and the model list.

use super::{Provider, call};
use crate::api::models::ModelInfo;
use crate::api::rerank::{RerankRequest, RerankResponse};
use crate::api::tool::{CallResult, Definition};
use crate::context::CallContext;
use crate::error::CallError;

impl Provider {
    /// Orders documents by how well they answer a query.
    pub async fn rerank(
        &self,
        context: &CallContext,
        request: RerankRequest,
    ) -> Result<RerankResponse, CallError> {
        let documents = request.documents.len();
        let answer = call!(self, context, Rerank, rerank.call_rerank(&request))?;
        if let Some(wrong) = answer.results.iter().find(|ranked| ranked.index as usize >= documents) {
            return Err(self.broken_contract(format!("it ranked document {} of {documents}", wrong.index)));
        }
        Ok(answer)
    }

    /// The tools that the plugin offers.
    pub async fn list_tools(&self, context: &CallContext) -> Result<Vec<Definition>, CallError> {
        call!(self, context, Tool, tool.call_list_tools())
    }

    /// Calls a tool. The arguments must be the JSON text of an object.
    pub async fn call_tool(
        &self,
        context: &CallContext,
        name: &str,
        arguments: &str,
    ) -> Result<CallResult, CallError> {
        let parsed: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(arguments);
        if let Err(error) = parsed {
            return Err(CallError::Request {
                provider: self.name().to_owned(),
                message: format!("the arguments of tool {name} must be a JSON object: {error}"),
            });
        }
        let (name, arguments) = (name.to_owned(), arguments.to_owned());
        call!(self, context, Tool, tool.call_call(&name, &arguments))
    }

    /// All models of the upstream.
    pub async fn list_models(&self, context: &CallContext) -> Result<Vec<ModelInfo>, CallError> {
        call!(self, context, Models, models.call_list_models())
    }

    /// An answer that the contract forbids.
    pub(super) fn broken_contract(&self, message: String) -> CallError {
        CallError::Contract {
            provider: self.name().to_owned(),
            plugin: self.slot.active().bound.plugin.label(),
            message,
        }
    }
}
