//! The presets that are part of the program, each a file beside this one.

/// The text of a preset under its name.
macro_rules! preset {
    ($name:literal) => {
        ($name, include_str!(concat!($name, ".toml")))
    };
}

/// Name and text of every shipped preset.
pub(super) const SHIPPED: &[(&str, &str)] = &[
    preset!("anthropic"),
    preset!("anyscale"),
    preset!("azure"),
    preset!("baseten"),
    preset!("cerebras"),
    preset!("cloudflare"),
    preset!("databricks"),
    preset!("deepseek"),
    preset!("fireworks"),
    preset!("groq"),
    preset!("heroku"),
    preset!("huggingface"),
    preset!("llama-api"),
    preset!("localai"),
    preset!("mistral"),
    preset!("netmind"),
    preset!("nvidia"),
    preset!("ollama"),
    preset!("openai"),
    preset!("openrouter"),
    preset!("together"),
    preset!("vllm"),
    preset!("xai"),
    preset!("xinference"),
];
