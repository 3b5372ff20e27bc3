//! The presets that are part of the program, each a file beside this one.

/// The text of a preset under its name.
macro_rules! preset {
    ($name:literal) => {
        ($name, include_str!(concat!($name, ".toml")))
    };
}

/// Name and text of every shipped preset.
pub(super) const SHIPPED: &[(&str, &str)] = &[
    preset!("agentql"),
    preset!("anthropic"),
    preset!("anyscale"),
    preset!("azure"),
    preset!("azure-deployments"),
    preset!("azure-entra"),
    preset!("azure-inference"),
    preset!("baseten"),
    preset!("baseten-dedicated"),
    preset!("baseten-sync"),
    preset!("bedrock"),
    preset!("bedrock-anthropic"),
    preset!("cerebras"),
    preset!("cloudflare"),
    preset!("cohere"),
    preset!("databricks"),
    preset!("databricks-oauth"),
    preset!("deepseek"),
    preset!("fireworks"),
    preset!("gemini"),
    preset!("groq"),
    preset!("heroku"),
    preset!("huggingface"),
    preset!("huggingface-embeddings"),
    preset!("jina"),
    preset!("llama-api"),
    preset!("llama-server"),
    preset!("llamafile"),
    preset!("llamafile-chat"),
    preset!("localai"),
    preset!("mistral"),
    preset!("netmind"),
    preset!("nvidia"),
    preset!("oci"),
    preset!("ollama"),
    preset!("ollama-cloud"),
    preset!("openai"),
    preset!("openai-compatible"),
    preset!("openrouter"),
    preset!("perplexity"),
    preset!("tei"),
    preset!("together"),
    preset!("vertex"),
    preset!("vertex-anthropic"),
    preset!("vllm"),
    preset!("voyage"),
    preset!("xai"),
    preset!("xinference"),
];
