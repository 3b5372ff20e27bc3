//! Which deployment a model's name stands for, and the addresses of what it can
//! do: `ID`, `model-ID` or `chain-ID`, and behind a slash one of its
//! deployments.
//!
//! An id becomes part of a host and a path, and a caller writes it: it may have
//! no character in it that means something there. (The host checks the address
//! again against what the operator granted.)
//!
//! <https://docs.baseten.co/reference/inference-api/overview>

use jackfield_sdk::http;
use jackfield_sdk::types::Error;

use crate::settings::Settings;

/// A model or a chain, and one of its deployments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    kind: Kind,
    id: String,
    target: Target,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Model,
    Chain,
}

/// One of the deployments of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Production,
    Development,
    /// An environment by its name.
    Environment(String),
    /// A deployment by its id.
    Deployment(String),
    /// An environment whose name is part of the host.
    Regional(String),
}

/// What is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action<'a> {
    /// An answer.
    Predict,
    /// A place in the queue.
    Submit,
    /// A queued request, by its id.
    Request(&'a str),
}

impl Address {
    /// The deployment that a model's name stands for.
    pub(crate) fn parse(model: &str, usual: &Target) -> Result<Address, Error> {
        let (id, target) = match model.split_once('/') {
            Some((id, target)) => (id, Some(target)),
            None => (model, None),
        };
        let (kind, id) = match (id.strip_prefix("chain-"), id.strip_prefix("model-")) {
            (Some(id), _) => (Kind::Chain, id),
            (None, Some(id)) => (Kind::Model, id),
            (None, None) => (Kind::Model, id),
        };
        let wrong = |what: &str| {
            Error::invalid_request(format!(
                "the model `{model}` isn't the name of a deployment: {what}, as in `abcd1234`, `chain-abcd1234` or `abcd1234/environments/staging`"
            ))
        };
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(wrong("write its id of letters and digits"));
        }
        let target = match target {
            Some(target) => {
                Target::parse(target).map_err(|expected| wrong(&format!("behind the id comes {expected}")))?
            }
            None => usual.clone(),
        };
        Ok(Address { kind, id: id.to_owned(), target })
    }

    /// Where to ask it for something.
    pub(crate) fn url(&self, action: Action<'_>, settings: &Settings) -> String {
        let kind = match self.kind {
            Kind::Model => "model",
            Kind::Chain => "chain",
        };
        let base = match (&settings.deployment_url, &self.target) {
            (Some(url), _) => url.clone(),
            (None, Target::Regional(name)) => format!("https://{kind}-{}-{name}.api.baseten.co", self.id),
            (None, _) => format!("https://{kind}-{}.api.baseten.co", self.id),
        };
        let verb = match (self.kind, action) {
            (_, Action::Request(id)) => {
                return http::join(&base, &format!("async_request/{}", http::encode(id)));
            }
            (Kind::Model, Action::Predict) => "predict",
            (Kind::Model, Action::Submit) => "async_predict",
            (Kind::Chain, Action::Predict) => "run_remote",
            (Kind::Chain, Action::Submit) => "async_run_remote",
        };
        let path = match &self.target {
            Target::Production => format!("production/{verb}"),
            Target::Development => format!("development/{verb}"),
            Target::Environment(name) => format!("environments/{name}/{verb}"),
            Target::Deployment(id) => format!("deployment/{id}/{verb}"),
            Target::Regional(_) => verb.to_owned(),
        };
        http::join(&base, &path)
    }
}

impl Target {
    /// A deployment as it is written. What it must be, where it isn't one.
    pub(crate) fn parse(text: &str) -> Result<Target, &'static str> {
        let fits = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        match (text, text.split_once('/')) {
            ("production", _) => Ok(Target::Production),
            ("development", _) => Ok(Target::Development),
            (_, Some(("environments", name))) if fits(name) => Ok(Target::Environment(name.to_owned())),
            (_, Some(("deployment", id))) if fits(id) => Ok(Target::Deployment(id.to_owned())),
            (_, Some(("regional", name))) if fits(name) => Ok(Target::Regional(name.to_owned())),
            _ => Err("`production`, `development`, `environments/NAME`, `deployment/ID` or `regional/NAME`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    fn url(model: &str, action: Action<'_>) -> String {
        Address::parse(model, &Target::Production).unwrap().url(action, &settings())
    }

    #[test]
    fn a_name_stands_for_a_deployment_and_an_action_for_a_path() {
        for (model, action, expected) in [
            ("ab12", Action::Predict, "model-ab12.api.baseten.co/production/predict"),
            ("model-ab12", Action::Submit, "model-ab12.api.baseten.co/production/async_predict"),
            ("ab12/development", Action::Predict, "model-ab12.api.baseten.co/development/predict"),
            (
                "ab12/environments/my-env",
                Action::Predict,
                "model-ab12.api.baseten.co/environments/my-env/predict",
            ),
            ("ab12/deployment/x9", Action::Submit, "model-ab12.api.baseten.co/deployment/x9/async_predict"),
            ("ab12/regional/eu", Action::Predict, "model-ab12-eu.api.baseten.co/predict"),
            ("chain-ab12", Action::Predict, "chain-ab12.api.baseten.co/production/run_remote"),
            (
                "chain-ab12/development",
                Action::Submit,
                "chain-ab12.api.baseten.co/development/async_run_remote",
            ),
            (
                "chain-ab12/development",
                Action::Request("r/1"),
                "chain-ab12.api.baseten.co/async_request/r%2F1",
            ),
            ("ab12/regional/eu", Action::Request("r1"), "model-ab12-eu.api.baseten.co/async_request/r1"),
        ] {
            assert_eq!(url(model, action), format!("https://{expected}"), "{model}");
        }
    }

    #[test]
    fn a_name_alone_is_answered_by_the_usual_deployment() {
        let address = Address::parse("ab12", &Target::Development).unwrap();
        assert_eq!(address.target, Target::Development);
    }

    #[test]
    fn another_place_for_deployments_is_taken() {
        let settings = Settings { deployment_url: Some("http://localhost:9".to_owned()), ..settings() };
        let address = Address::parse("ab12", &Target::Production).unwrap();
        assert_eq!(address.url(Action::Predict, &settings), "http://localhost:9/production/predict");
    }

    #[test]
    fn a_name_can_not_lead_elsewhere() {
        for model in [
            "",
            "a.b",
            "a@b",
            "a:1",
            "a#b",
            "a?b",
            "a%2e",
            "chain-",
            "model-",
            "é",
            "ab12/",
            "ab12/x",
            "ab12/environments/",
            "ab12/environments/../x",
            "ab12/environments/a/b",
            "ab12/deployment/a?b",
            "ab12/regional/evil.com",
            "ab12/predict",
        ] {
            let error = Address::parse(model, &Target::Production).unwrap_err();
            assert!(error.message.contains("isn't the name of a deployment"), "{model}");
        }
    }
}
