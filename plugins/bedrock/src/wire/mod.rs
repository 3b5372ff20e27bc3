//! Bedrock's JSON, as the service model of `bedrock-runtime` describes it
//! (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>).

pub(crate) mod answer;
pub(crate) mod block;
pub(crate) mod event;
pub(crate) mod request;
