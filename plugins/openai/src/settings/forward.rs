//! What is passed through undecoded, and where it goes.

use jackfield_sdk::passthrough::Dialect;
use jackfield_sdk::types::Error;

use super::{Paths, Values, misconfigured};

/// What forwarding depends on, beside what chat does.
#[derive(Debug, Clone)]
pub(crate) struct ForwardSettings {
    /// Dialects and their paths.
    routes: Vec<(Dialect, String)>,
    /// Whether to ask for usage where a client left it open.
    pub(crate) usage: bool,
}

impl ForwardSettings {
    pub(crate) fn read(from: &dyn Values) -> Result<Self, Error> {
        let words = from.texts("dialects").unwrap_or_default();
        let routes = words.iter().map(|word| {
            let (dialect, path) = match word.as_str() {
                "openai-chat" => (Dialect::OpenaiChat, Paths::Chat),
                "openai-responses" => (Dialect::OpenaiResponses, Paths::Responses),
                "openai-completions" => (Dialect::OpenaiCompletions, Paths::Completions),
                "openai-embeddings" => (Dialect::OpenaiEmbeddings, Paths::Embeddings),
                "openai-moderations" => (Dialect::OpenaiModerations, Paths::Moderations),
                other => {
                    return Err(misconfigured(
                        "dialects",
                        format_args!("names `{other}`, but must name openai-chat, openai-embeddings, openai-moderations, openai-completions or openai-responses"),
                    ));
                }
            };
            Ok((dialect, path.read(from)))
        });
        Ok(ForwardSettings {
            routes: routes.collect::<Result<_, _>>()?,
            usage: from.flag("passthrough-usage").unwrap_or(true),
        })
    }

    /// All dialects.
    pub(crate) fn dialects(&self) -> Vec<Dialect> {
        self.routes.iter().map(|(dialect, _)| *dialect).collect()
    }

    /// Where requests of a dialect go.
    pub(crate) fn path(&self, dialect: Dialect) -> Result<&str, Error> {
        let found = self.routes.iter().find(|(known, _)| *known == dialect);
        found.map(|(_, path)| path.as_str()).ok_or_else(|| {
            Error::unsupported(format!(
                "this provider doesn't pass {dialect:?} through; see its `config.dialects`"
            ))
        })
    }
}
