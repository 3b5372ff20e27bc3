//! The provider's configuration, parsed once into exact types. Which model is
//! spoken to in which way is data here, not code.

pub(crate) mod model;
#[cfg(test)]
pub(crate) mod tests;

use jackfield_sdk::config;
use jackfield_sdk::patterns::Patterns;
use jackfield_sdk::settings::{pairs, word, wrong};
use jackfield_sdk::types::Error;

use self::model::{Family, Table};
use crate::wire::request::GuardrailConfig;

/// What `plugin.toml` declares under `[config]`, but for what the host alone
/// needs to sign.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) control_url: Option<String>,
    pub(crate) agent_url: Option<String>,
    pub(crate) region: String,
    pub(crate) auth: Auth,
    pub(crate) api: Api,
    pub(crate) rerank_api: RerankApi,
    pub(crate) invoke: Patterns,
    pub(crate) whole: Patterns,
    pub(crate) families: Table<Family>,
    /// Where the fields of a model take top-k: names of nested objects.
    pub(crate) top_k: Table<Vec<String>>,
    pub(crate) reasoning: Table<ReasoningStyle>,
    /// Words of effort with their budgets, smallest first.
    pub(crate) effort_budgets: Vec<(String, u32)>,
    pub(crate) structured_output: StructuredOutput,
    pub(crate) native_schema: Patterns,
    pub(crate) guardrail: Option<GuardrailConfig>,
}

/// Which scheme of the manifest authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    SigV4,
    Token,
}

impl Auth {
    pub(crate) const WORDS: [(&'static str, Auth); 2] = [("sigv4", Auth::SigV4), ("token", Auth::Token)];

    /// The scheme's name in `plugin.toml`.
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Auth::SigV4 => "sigv4",
            Auth::Token => "token",
        }
    }
}

/// How to chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Auto,
    Converse,
    Invoke,
}

impl Api {
    pub(crate) const WORDS: [(&'static str, Api); 3] =
        [("auto", Api::Auto), ("converse", Api::Converse), ("invoke", Api::Invoke)];
}

/// How to rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RerankApi {
    Auto,
    Invoke,
    Rerank,
}

const RERANK: [(&str, RerankApi); 3] =
    [("auto", RerankApi::Auto), ("invoke", RerankApi::Invoke), ("rerank", RerankApi::Rerank)];

/// How a model is told how much to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReasoningStyle {
    ClaudeBudget,
    ClaudeAdaptive,
    Nova,
    Effort,
    Qwen,
    None,
}

const REASONING: [(&str, ReasoningStyle); 6] = [
    ("claude-budget", ReasoningStyle::ClaudeBudget),
    ("claude-adaptive", ReasoningStyle::ClaudeAdaptive),
    ("nova", ReasoningStyle::Nova),
    ("effort", ReasoningStyle::Effort),
    ("qwen", ReasoningStyle::Qwen),
    ("none", ReasoningStyle::None),
];

/// How an answer is made to follow a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StructuredOutput {
    Auto,
    Native,
    Tool,
}

const STRUCTURED: [(&str, StructuredOutput); 3] = [
    ("auto", StructuredOutput::Auto),
    ("native", StructuredOutput::Native),
    ("tool", StructuredOutput::Tool),
];

impl Settings {
    /// Reads the bound provider's values. Only inside the sandbox.
    pub(crate) fn read() -> Result<Settings, Error> {
        let list = |name| config::texts(name).unwrap_or_default();
        Ok(Settings {
            base_url: config::url("base-url")?,
            control_url: config::text("control-url"),
            agent_url: config::text("agent-url"),
            region: config::required("region")?,
            auth: word("auth", &config::required("auth")?, &Auth::WORDS)?,
            api: word("api", &config::required("api")?, &Api::WORDS)?,
            rerank_api: word("rerank-api", &config::required("rerank-api")?, &RERANK)?,
            invoke: Patterns::new(list("invoke-models")),
            whole: Patterns::new(list("whole-models")),
            families: families(&list("families"))?,
            top_k: top_k_fields(&list("top-k-fields"))?,
            reasoning: reasoning_styles(&list("reasoning-styles"))?,
            effort_budgets: effort_budgets(&list("effort-budgets"))?,
            structured_output: word(
                "structured-output",
                &config::required("structured-output")?,
                &STRUCTURED,
            )?,
            native_schema: Patterns::new(list("native-schema-models")),
            guardrail: guardrail(
                config::text("guardrail-identifier").unwrap_or_default(),
                config::required("guardrail-version")?,
                config::required("guardrail-trace")?,
                config::required("stream-processing-mode")?,
            ),
        })
    }
}

fn families(lines: &[String]) -> Result<Table<Family>, Error> {
    Table::read("families", lines, |family| word("families", family, &Family::WORDS))
}

fn top_k_fields(lines: &[String]) -> Result<Table<Vec<String>>, Error> {
    Table::read("top-k-fields", lines, |path| Ok(path.split('.').map(str::to_owned).collect()))
}

fn reasoning_styles(lines: &[String]) -> Result<Table<ReasoningStyle>, Error> {
    Table::read("reasoning-styles", lines, |style| word("reasoning-styles", style, &REASONING))
}

fn effort_budgets(lines: &[String]) -> Result<Vec<(String, u32)>, Error> {
    let mut budgets = pairs("effort-budgets", lines, '=')?
        .into_iter()
        .map(|(effort, tokens)| match tokens.parse() {
            Ok(tokens) => Ok((effort, tokens)),
            Err(_) => Err(wrong("effort-budgets", &tokens, "a whole number behind each `=`")),
        })
        .collect::<Result<Vec<(String, u32)>, Error>>()?;
    budgets.sort_by_key(|(_, tokens)| *tokens);
    Ok(budgets)
}

fn guardrail(identifier: String, version: String, trace: String, mode: String) -> Option<GuardrailConfig> {
    (!identifier.is_empty()).then_some(GuardrailConfig {
        guardrail_identifier: identifier,
        guardrail_version: version,
        trace,
        stream_processing_mode: Some(mode),
    })
}
