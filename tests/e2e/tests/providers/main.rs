//! Each provider's plugin in the sandbox, over a scripted upstream on a loopback
//! socket: that the pieces its own tests check fit together.

mod agentql;
mod anthropic_clouds;
mod aws_frames;
mod azure;
mod baseten;
mod bedrock;
mod bench;
mod cohere;
mod databricks;
mod environment;
mod google;
mod huggingface;
mod known_models;
mod llamafile;
mod oci;
mod ollama;
mod rerank;
mod responses;
mod rest;
