//! The version of the API that Azure OpenAI's requests name. Its older
//! addresses go with a date and have the deployment in the path; the newer ones
//! begin with `/openai/v1` and need none.
//!
//! <https://learn.microsoft.com/azure/ai-foundry/openai/reference>,
//! <https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle>

use jackfield_sdk::types::Error;

use super::{Paths, Values, misconfigured};

/// Where a deployment's methods lie unless `config.deployment-path` says so.
const USUAL_PATH: &str = "/deployments/{model}";

/// The newer addresses' end of a base URL.
const NEWER: &str = "/v1";

/// What requests say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// The value of `api-version`.
    pub(crate) name: String,
    /// How the older addresses are made; nothing with a version that the newer
    /// ones take.
    pub(crate) older: Option<Older>,
}

/// The older addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Older {
    deployment_path: String,
    /// Paths that belong to the resource, not to one of its deployments.
    of_resource: [String; 2],
}

impl Version {
    pub(crate) fn read(from: &dyn Values) -> Result<Option<Self>, Error> {
        let deployment_path = from.text("deployment-path").unwrap_or_else(|| USUAL_PATH.to_owned());
        let Some(name) = from.text("api-version") else { return Ok(None) };
        let of_resource = [Paths::Responses, Paths::Models].map(|path| path.read(from));
        let older = match name.as_str() {
            "v1" | "preview" | "latest" => None,
            dated if is_dated(dated) => Some(Older { deployment_path, of_resource }),
            _ => {
                return Err(misconfigured(
                    "api-version",
                    format_args!(
                        "is `{name}`, but must be a date as in 2024-10-21, with -preview behind it or not, or v1, preview or latest"
                    ),
                ));
            }
        };
        Ok(Some(Version { name, older }))
    }
}

/// Whether it is `2024-10-21`, or that with `-preview`.
fn is_dated(name: &str) -> bool {
    let date = name.strip_suffix("-preview").unwrap_or(name);
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    match date.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => digits(year, 4) && digits(month, 2) && digits(day, 2),
        _ => false,
    }
}

impl Older {
    /// The base URL of the older addresses, of which `base` may be the newer.
    pub(crate) fn base<'a>(&self, base: &'a str) -> &'a str {
        base.strip_suffix(NEWER).unwrap_or(base)
    }

    /// The path of a method, in which `{model}` still stands for the deployment.
    pub(crate) fn path(&self, path: &str) -> String {
        if path.contains("{model}") || self.of_resource.iter().any(|other| other == path) {
            path.to_owned()
        } else {
            format!("{}{path}", self.deployment_path)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Endpoint;
    use crate::settings::tests::Table;

    fn endpoint(base: &str, version: &str, deployment: &str) -> Endpoint {
        let table =
            Table::new().text("base-url", base).text("api-version", version).text("deployment", deployment);
        Endpoint::read(&table).unwrap()
    }

    #[test]
    fn a_dated_version_goes_to_the_deployments_own_path() {
        for base in ["https://r.openai.azure.com/openai/v1", "https://r.openai.azure.com/openai"] {
            let azure = endpoint(base, "2025-04-01-preview", "my gpt");
            assert_eq!(
                azure.url("/chat/completions", "gpt-4o", false),
                "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2025-04-01-preview"
            );
            assert_eq!(
                azure.url("/x/{model}/y", "gpt-4o", false),
                "https://r.openai.azure.com/openai/x/my%20gpt/y?api-version=2025-04-01-preview"
            );
            for path in ["/responses", "/models"] {
                let expected =
                    format!("https://r.openai.azure.com/openai{path}?api-version=2025-04-01-preview");
                assert_eq!(azure.url(path, "gpt-4o", false), expected);
            }
        }
    }

    #[test]
    fn a_version_without_a_date_stays_where_it_is() {
        for name in ["v1", "preview", "latest"] {
            let azure = endpoint("https://r.openai.azure.com/openai/v1", name, "d");
            let url = azure.url("/chat/completions", "gpt-4o", false);
            assert_eq!(
                url,
                format!("https://r.openai.azure.com/openai/v1/chat/completions?api-version={name}")
            );
            assert_eq!(azure.model("gpt-4o"), "d", "bodies name the deployment");
        }
    }

    #[test]
    fn a_version_stands_in_the_place_of_the_one_among_the_parameters() {
        let table = Table::new()
            .text("base-url", "https://r/openai")
            .texts("query", &["api-version=2024-06-01", "x=1"])
            .text("api-version", "2024-10-21");
        let url = Endpoint::read(&table).unwrap().url("/embeddings", "e", false);
        assert_eq!(url, "https://r/openai/deployments/e/embeddings?x=1&api-version=2024-10-21");
    }

    #[test]
    fn what_is_no_version_is_named() {
        for name in ["2024", "2024-10", "2024-1-01", "2024-10-21-beta", "../v1", "2024-10-21&x=1", "newest"] {
            let error = Version::read(&Table::new().text("api-version", name)).unwrap_err();
            assert!(error.message.contains("config.api-version") && error.message.contains(name), "{error}");
        }
        assert_eq!(Version::read(&Table::new()).unwrap(), None);
    }
}
