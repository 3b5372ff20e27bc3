//! Embeddings by InvokeModel: Titan's and Nova's bodies hold one input, Cohere's
//! many.
//!
//! * Titan: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html>,
//!   with images <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html>
//! * Cohere: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html>
//! * Nova: <https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html>

mod answer;
mod request;
#[cfg(test)]
mod tests;

pub(crate) use answer::{Told, response};
pub(crate) use request::plan;
