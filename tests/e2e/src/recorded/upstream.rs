//! Which provider an exchange was recorded from, what the operator has to write
//! for it beside the catalog's preset, and where its requests belong.

use super::Exchange;
use super::tape::Asked;

/// What every API key begins with; its variable's name follows.
pub(super) const KEY: &str = "a-key-from-";

/// The preset of an exchange in a recording's file.
pub fn preset_of<'f>(file: &'f str, exchange: &Exchange) -> &'f str {
    let path = exchange.bare_path();
    match file {
        "azure-openai" => "azure",
        // Recorded at its OpenAI-compatible side, which the preset's own plugin
        // only passes through: read as any server of that protocol.
        "ollama" if !path.starts_with("/api/") => "vllm",
        "gemini" if path.contains(COMPATIBLE) => "openai",
        // Claude's own body, which is another plugin's.
        "bedrock" if path.contains("anthropic.claude") && path.contains("/invoke") => "bedrock-anthropic",
        // With a token that is there already, which `vertex` would mint.
        "vertex" => "gemini",
        file if file.starts_with("openai-") => "openai",
        file => file,
    }
}

/// In the path of Gemini's OpenAI-compatible side.
const COMPATIBLE: &str = "/openai/";

/// The model and whether a stream is wanted, of a request that says so in its
/// path instead of its body.
pub fn said_by(path: &str) -> Option<(String, bool)> {
    let google = path.split_once("/models/").and_then(|(_, rest)| rest.split_once(':'));
    let (model, method) = google.or_else(|| path.strip_prefix("/model/")?.split_once('/'))?;
    Some((written_out(model), method.contains("stream")))
}

/// What the operator has to add to the preset. Which API answers a chat is the
/// model's affair, and here the recording's.
pub(super) fn own_lines(preset: &str, exchange: &Exchange) -> String {
    let path = exchange.bare_path();
    match preset {
        "gemini" if exchange.host.ends_with("aiplatform.googleapis.com") => vertex(exchange),
        "bedrock" | "bedrock-anthropic" => bedrock(preset, exchange),
        _ => openai(path) + &address(preset, exchange),
    }
}

fn openai(path: &str) -> String {
    let api = if path.ends_with("/responses") {
        "config.chat-api = \"responses\"\n"
    } else if path.ends_with("/completions") && !path.ends_with("/chat/completions") {
        "config.completion-models = [\"*\"]\n"
    } else {
        ""
    };
    api.to_owned()
}

/// Azure is recorded with one URL for each deployment, and versions that date
/// from before it had a `/v1`; another provider's compatible side has its own.
fn address(preset: &str, exchange: &Exchange) -> String {
    let host = &exchange.host;
    match (preset, exchange.path.split_once('?'), exchange.path.split_once(COMPATIBLE)) {
        ("azure", Some((path, query)), _) if path.contains("/deployments/") => format!(
            "config.base-url = \"https://{host}/openai\"\n\
             config.chat-path = \"/deployments/{{model}}/chat/completions\"\n\
             config.query = [\"{query}\"]"
        ),
        ("azure", ..) => format!("config.base-url = \"https://{host}/openai/v1\""),
        ("openai", _, Some((before, _))) => format!(
            "config.base-url = \"https://{host}{before}/openai\"\n\
             grant.origins = [\"https://{host}\"]"
        ),
        _ => String::new(),
    }
}

/// The project, the location and the version that the path names.
fn vertex(exchange: &Exchange) -> String {
    let mut names = exchange.bare_path().split('/').skip(1);
    let (version, project, location) = (names.next(), names.nth(1), names.nth(1));
    let [version, project, location] = [version, project, location].map(Option::unwrap_or_default);
    let base = "https://aiplatform.googleapis.com";
    format!(
        "config.platform = \"vertex\"\nconfig.base-url = \"{base}\"\n\
         config.api-version = \"{version}\"\nconfig.project = \"{project}\"\n\
         config.location = \"{location}\"\nconfig.auth = \"token\"\n\
         secrets.access-token = {{ env = \"VERTEX_TOKEN\" }}\n\
         grant.origins = [\"{base}\", \"https://{location}-aiplatform.googleapis.com\", \
         \"https://aiplatform.{location}.rep.googleapis.com\"]"
    )
}

/// The region that the host names. What an endpoint of SageMaker's speaks, only
/// the operator knows.
fn bedrock(preset: &str, exchange: &Exchange) -> String {
    let region = exchange.host.split('.').nth(1).unwrap_or_default();
    let account = format!("config.region = \"{region}\"\nconfig.auth = \"token\"\n");
    let path = exchange.bare_path();
    let api = if path.contains("/invoke") { "invoke" } else { "converse" };
    match preset {
        "bedrock" if path.contains("sagemaker") => {
            format!("{account}config.api = \"{api}\"\nconfig.families = [\"arn:aws:sagemaker*=completions\"]")
        }
        "bedrock" => format!("{account}config.api = \"{api}\""),
        _ => account,
    }
}

/// Upstreams that were recorded at another address than the one that their
/// preset names, each with the reason.
const ELSEWHERE: [(&str, &str, &str); 3] = [
    ("huggingface", "/nebius/v1/chat/completions", "one of the router's older addresses for each provider"),
    ("huggingface", "/together/v1/chat/completions", "the same"),
    ("deepseek", "/v1/chat/completions", "an alias of /chat/completions"),
];

/// Whether a request went where it was recorded to go: an error where it didn't
/// but should have, a note where another address was to be expected.
pub fn check_address(file: &str, exchange: &Exchange, asked: &Asked) -> Result<Option<String>, String> {
    let query = exchange.path.split_once('?').map(|(_, query)| query);
    let wanted = match preset_of(file, exchange) {
        "azure" => query,
        // Who asks for numbers in the place of names gets them; the plugin
        // doesn't, but reads them.
        "gemini" => query.filter(|query| !query.contains("enum-encoding")),
        _ => None,
    };
    if asked.url.query() != wanted {
        return Err(format!("asked with the query {:?} instead of {wanted:?}", asked.url.query()));
    }
    let (path, recorded) = (asked.url.path(), exchange.bare_path());
    if written_out(path) != written_out(recorded) {
        return match ELSEWHERE.iter().find(|(name, path, _)| (*name, *path) == (file, recorded)) {
            Some((_, _, reason)) => Ok(Some(format!("{file}: {path}, but recorded at {recorded}: {reason}"))),
            None => Err(format!("asked for {path}, but recorded at {recorded}")),
        };
    }
    let host = match (asked.url.host_str().unwrap_or_default(), asked.url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    Ok((host != exchange.host).then(|| format!("{file}: {host}, but recorded at {}", exchange.host)))
}

/// A path without the escapes that are a client's choice.
fn written_out(path: &str) -> String {
    path.replace("%3A", ":").replace("%2F", "/")
}

/// Whether the host has added the key, in the header that the upstream wants.
/// Servers on this machine get none.
pub fn check_key(file: &str, exchange: &Exchange, asked: &Asked) -> Result<(), String> {
    let (header, before) = match preset_of(file, exchange) {
        "vllm" | "ollama" => ("", ""),
        "azure" => ("api-key", ""),
        "anthropic" => ("x-api-key", ""),
        "gemini" if file != "vertex" => ("x-goog-api-key", ""),
        _ => ("authorization", "Bearer "),
    };
    let start = format!("{before}{KEY}");
    let keyed: Vec<(&str, &[u8])> = asked
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .filter(|(_, value)| String::from_utf8_lossy(value).contains(KEY))
        .collect();
    let right = match keyed.as_slice() {
        [] => header.is_empty(),
        [(name, value)] => *name == header && value.starts_with(start.as_bytes()),
        _ => false,
    };
    let found: Vec<&str> = keyed.iter().map(|(name, _)| *name).collect();
    if right {
        Ok(())
    } else {
        Err(format!("the key is in {found:?}, but belongs into `{header}` after `{before}`"))
    }
}
