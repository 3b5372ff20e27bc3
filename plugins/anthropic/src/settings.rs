//! The provider's configuration, parsed once into exact types. Which models
//! think in which way is data here, not code: a model that comes tomorrow
//! needs a line of configuration, not a release.

pub(crate) mod platform;

use jackfield_sdk::config;
use jackfield_sdk::types::Error;

use self::platform::Platform;

/// What `plugin.toml` declares under `[config]`.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) platform: Platform,
    pub(crate) auth: Auth,
    pub(crate) version: String,
    pub(crate) betas: Vec<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) model_prefix: String,
    pub(crate) default_max_tokens: u32,
    /// Words of effort with their budgets, smallest first.
    pub(crate) effort_budgets: Vec<(String, u32)>,
    pub(crate) adaptive: Models,
    pub(crate) always_thinking: Models,
    pub(crate) fixed_sampling: Models,
    pub(crate) structured_output: StructuredOutput,
    pub(crate) native_schema: Models,
}

/// Which scheme of the manifest authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    Key,
    Token,
    ServiceAccount,
    SigV4,
}

impl Auth {
    /// The scheme's name in `plugin.toml`.
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Auth::Key => "key",
            Auth::Token => "token",
            Auth::ServiceAccount => "service-account",
            Auth::SigV4 => "sigv4",
        }
    }
}

/// How an answer is made to follow a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StructuredOutput {
    Auto,
    Native,
    Tool,
}

/// Models, by how their ids begin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Models(Vec<String>);

impl Models {
    pub(crate) fn new(beginnings: Vec<String>) -> Self {
        Models(beginnings.into_iter().filter(|beginning| !beginning.is_empty()).collect())
    }

    /// Whether a model is one of them. A vendor in front of the id, as in
    /// `anthropic/`, doesn't count.
    pub(crate) fn contain(&self, model: &str) -> bool {
        let id = model.rsplit('/').next().unwrap_or(model);
        // Bedrock has the region and the maker before it, as in `us.anthropic.`.
        let id = id.rsplit_once("anthropic.").map_or(id, |(_, id)| id);
        self.0.iter().any(|beginning| id.starts_with(beginning.as_str()))
    }
}

impl Settings {
    /// Reads the bound provider's values. Only inside the sandbox.
    pub(crate) fn read() -> Result<Settings, Error> {
        let models = |name| Models::new(config::texts(name).unwrap_or_default());
        Ok(Settings {
            base_url: config::url("base-url")?,
            platform: Platform::read(
                &config::required("platform")?,
                config::text("project"),
                config::text("location"),
            )?,
            auth: auth(&config::required("auth")?)?,
            version: config::required("version")?,
            betas: config::texts("beta").unwrap_or_default(),
            headers: headers(&config::texts("headers").unwrap_or_default())?,
            model_prefix: config::text("model-prefix").unwrap_or_default(),
            default_max_tokens: max_tokens(config::integer("default-max-tokens"))?,
            effort_budgets: effort_budgets(&config::texts("effort-budgets").unwrap_or_default())?,
            adaptive: models("adaptive-models"),
            always_thinking: models("always-thinking-models"),
            fixed_sampling: models("fixed-sampling-models"),
            structured_output: structured_output(&config::required("structured-output")?)?,
            native_schema: models("native-schema-models"),
        })
    }
}

fn auth(text: &str) -> Result<Auth, Error> {
    match text {
        "key" => Ok(Auth::Key),
        "token" => Ok(Auth::Token),
        "service-account" => Ok(Auth::ServiceAccount),
        "sigv4" => Ok(Auth::SigV4),
        other => Err(wrong("auth", other, "`key`, `token`, `service-account` or `sigv4`")),
    }
}

fn structured_output(text: &str) -> Result<StructuredOutput, Error> {
    match text {
        "auto" => Ok(StructuredOutput::Auto),
        "native" => Ok(StructuredOutput::Native),
        "tool" => Ok(StructuredOutput::Tool),
        other => Err(wrong("structured-output", other, "`auto`, `native` or `tool`")),
    }
}

fn max_tokens(number: Option<i64>) -> Result<u32, Error> {
    let number = number.ok_or_else(|| wrong("default-max-tokens", "", "a positive whole number"))?;
    u32::try_from(number)
        .ok()
        .filter(|tokens| *tokens > 0)
        .ok_or_else(|| wrong("default-max-tokens", &number.to_string(), "a positive whole number"))
}

fn headers(lines: &[String]) -> Result<Vec<(String, String)>, Error> {
    lines
        .iter()
        .map(|line| match line.split_once(':') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            }
            _ => Err(wrong("headers", line, "`name: value`")),
        })
        .collect()
}

fn effort_budgets(entries: &[String]) -> Result<Vec<(String, u32)>, Error> {
    let mut budgets = entries
        .iter()
        .map(|entry| {
            let parsed = entry
                .split_once('=')
                .and_then(|(word, tokens)| Some((word.trim().to_owned(), tokens.trim().parse().ok()?)));
            parsed.ok_or_else(|| wrong("effort-budgets", entry, "`word=tokens`"))
        })
        .collect::<Result<Vec<(String, u32)>, Error>>()?;
    budgets.sort_by_key(|(_, tokens)| *tokens);
    Ok(budgets)
}

fn wrong(name: &str, value: &str, expected: &str) -> Error {
    Error::invalid_request(format!(
        "config.{name} is `{value}`, but must be {expected}: correct it under [providers.NAME]"
    ))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The defaults of `plugin.toml`, shortened.
    pub(crate) fn settings() -> Settings {
        let models = |ids: &[&str]| Models::new(ids.iter().map(|id| (*id).to_owned()).collect());
        Settings {
            base_url: "https://api.example".to_owned(),
            platform: Platform::Anthropic,
            auth: Auth::Key,
            version: "2023-06-01".to_owned(),
            betas: Vec::new(),
            headers: Vec::new(),
            model_prefix: String::new(),
            default_max_tokens: 8192,
            effort_budgets: [
                ("minimal", 1024),
                ("low", 2048),
                ("medium", 8192),
                ("high", 16384),
                ("xhigh", 32768),
                ("max", 49152),
            ]
            .map(|(word, tokens)| (word.to_owned(), tokens))
            .to_vec(),
            adaptive: models(&["claude-new", "claude-always"]),
            always_thinking: models(&["claude-always"]),
            fixed_sampling: models(&["claude-new", "claude-always"]),
            structured_output: StructuredOutput::Auto,
            native_schema: models(&["claude-new"]),
        }
    }

    #[test]
    fn models_are_known_by_the_beginning_of_their_id() {
        let models = settings().adaptive;
        assert!(models.contain("claude-new-1-20990101"));
        assert!(models.contain("anthropic/claude-new-1"));
        assert!(models.contain("us.anthropic.claude-new-1-v1:0"));
        assert!(models.contain("arn:aws:bedrock:us-east-1:0:inference-profile/eu.anthropic.claude-new-1"));
        assert!(!models.contain("claude-old-1"));
        assert!(!Models::new(vec![String::new()]).contain("anything"));
    }

    #[test]
    fn every_value_that_is_read_is_declared_and_the_other_way_round() {
        let manifest = include_str!("../plugin.toml");
        let declared: Vec<&str> =
            manifest.lines().filter_map(|line| line.strip_prefix("[config.")?.strip_suffix(']')).collect();
        let (code, _) = include_str!("settings.rs").split_once("#[cfg(test)]").unwrap();
        let mut read: Vec<&str> = code
            .split(['\n', ' '])
            .filter(|word| word.contains("config::") || word.contains("models("))
            .filter_map(|word| word.split('"').nth(1))
            .collect();
        read.sort_unstable();
        // The host's scheme reads the others.
        let (_, scheme) = manifest.split_once("[auth.sigv4]").unwrap();
        let (scheme, _) = scheme.split_once("[[egress]]").unwrap();
        let hosts: Vec<&str> = scheme.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let mut sorted: Vec<&str> = declared.into_iter().filter(|name| !hosts.contains(name)).collect();
        sorted.sort_unstable();
        assert_eq!(read, sorted);
    }

    #[test]
    fn values_that_mean_nothing_are_named_in_the_error() {
        for error in [
            auth("basic").unwrap_err(),
            structured_output("yes").unwrap_err(),
            max_tokens(Some(0)).unwrap_err(),
            headers(&["no colon".to_owned()]).unwrap_err(),
            effort_budgets(&["low=many".to_owned()]).unwrap_err(),
        ] {
            assert!(error.message.contains("config."), "{}", error.message);
        }
        assert_eq!(headers(&["X-A: b:c".to_owned()]).unwrap(), [("x-a".to_owned(), "b:c".to_owned())]);
        let budgets = effort_budgets(&["high = 9".to_owned(), "low=1".to_owned()]).unwrap();
        assert_eq!(budgets, [("low".to_owned(), 1), ("high".to_owned(), 9)]);
    }
}
