//! Vectors and rankings of Text Embeddings Inference, and of the tasks of
//! Hugging Face's hosted inference.
//!
//! `convert` translates between the contract and the wire, `settings` is the
//! configuration; here is only what sends and receives. Chat with models on
//! Hugging Face goes through the plugin `openai`.

mod convert;
mod settings;

use jackfield_sdk::embedding::{self, EmbedRequest, EmbedResponse};
use jackfield_sdk::forward::{framing, visible};
use jackfield_sdk::http::{self, ClientBody, RequestBuilder};
use jackfield_sdk::models::{self, ModelInfo};
use jackfield_sdk::passthrough::{self, Dialect, ForwardRequest, ForwardResponse};
use jackfield_sdk::rerank::{self, RerankRequest, RerankResponse};
use jackfield_sdk::settings::Once;
use jackfield_sdk::types::Error;

use crate::convert::{embed, errors, info, rank};
use crate::settings::{Api, Settings};

struct HuggingFace;

jackfield_sdk::export!(HuggingFace: embedding, rerank, models, passthrough);

static SETTINGS: Once<Settings> = Once::new();

fn settings() -> Result<&'static Settings, Error> {
    SETTINGS.get(Settings::read)
}

impl embedding::Guest for HuggingFace {
    fn embed(request: EmbedRequest) -> Result<EmbedResponse, Error> {
        let settings = settings()?;
        let prepared = embed::prepare(&request, settings)?;
        let model = request.model;
        if request.inputs.is_empty() {
            return Ok(EmbedResponse {
                model,
                vectors: Vec::new(),
                usage: None,
                warnings: prepared.notes.into_warnings(),
            });
        }
        let url = settings.embed_url(prepared.vectors, &model);
        let response = dress(http::post(url), settings).json(&prepared.body).send_ok(errors::of_answer)?;
        let usage = embed::usage(response.headers());
        let text = response.text()?;
        embed::response(&text, model, request.inputs.len(), prepared, usage)
    }
}

impl rerank::Guest for HuggingFace {
    fn rerank(request: RerankRequest) -> Result<RerankResponse, Error> {
        let settings = settings()?;
        let mut scores = Vec::with_capacity(request.documents.len());
        for documents in request.documents.chunks(settings.rank_batch) {
            let body = rank::body(&request, documents, settings)?;
            let url = settings.rank_url(&request.model);
            let response = dress(http::post(url), settings).json(&body).send_ok(errors::of_answer)?;
            scores.extend(rank::scores(&response.text()?, documents.len())?);
        }
        Ok(rank::response(request, &scores))
    }
}

impl models::Guest for HuggingFace {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        let settings = settings()?;
        match settings.api {
            Api::Tei => {
                let url = http::join(&settings.base_url, "info");
                let response = dress(http::get(url), settings).send_ok(errors::of_answer)?;
                info::model(&response.text()?).map(|model| vec![model])
            }
            Api::Hosted => Err(Error::unsupported(
                "the hosted inference API doesn't list its models: look for them at https://huggingface.co/models?inference_provider=hf-inference",
            )),
        }
    }
}

impl passthrough::Guest for HuggingFace {
    fn dialects() -> Vec<Dialect> {
        match settings() {
            Ok(Settings { api: Api::Tei, .. }) => vec![Dialect::OpenaiEmbeddings],
            _ => Vec::new(),
        }
    }

    fn forward(request: ForwardRequest, body: ClientBody) -> Result<ForwardResponse, Error> {
        let settings = settings()?;
        if (settings.api, request.dialect) != (Api::Tei, Dialect::OpenaiEmbeddings) {
            return Err(Error::unsupported(format!("this API doesn't speak {:?}", request.dialect)));
        }
        let mut upstream = dress(http::post(http::join(&settings.base_url, "v1/embeddings")), settings);
        for (name, value) in request.headers {
            upstream = upstream.header(name, value);
        }
        // A server has one model, whatever the body calls it.
        let response = upstream.forward(body, Vec::new()).send_ok(errors::of_answer)?;
        let status = response.status();
        let framing = framing(response.header("content-type"));
        let (headers, body) = response.into_parts();
        Ok(ForwardResponse {
            status,
            headers: visible(headers, &["x-compute-", "x-inference-"]),
            framing,
            body,
        })
    }
}

fn dress(mut request: RequestBuilder, settings: &Settings) -> RequestBuilder {
    for (name, value) in &settings.headers {
        request = request.header(name, value);
    }
    request
}
