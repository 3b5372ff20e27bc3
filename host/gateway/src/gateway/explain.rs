//! What a request would do at this gateway, found out without sending it: the
//! same reading of headers, the same plan, the same refusals; and no provider
//! is opened for it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderMap;
use jackfield_router::access::Caller;
use jackfield_router::{Explanation, Facts, Failure};
use serde_json::Value;

use super::Gateway;
use crate::portkey::Wishes;

/// A request to be explained.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The config: JSON, or the name of a saved one. It counts in place of the
    /// header `x-portkey-config`.
    pub config: Option<String>,
    /// The request's headers, as it would be sent with.
    pub headers: HeaderMap,
    /// Metadata, beside and over what the header `x-portkey-metadata` says.
    pub metadata: BTreeMap<String, String>,
    /// The URL's path, as in `/v1/chat/completions`.
    pub path: Cow<'static, str>,
    /// The body. Its `model` says what is asked for; conditions look into it.
    pub body: Bytes,
}

impl Gateway {
    /// What a request would do, without sending it. API keys don't matter here:
    /// the request is taken for one of somebody who may use every model.
    ///
    /// # Errors
    /// The failure with which the request would be answered before any target is
    /// tried. What is wrong with a config is told with its JSON pointers.
    pub fn explain(&self, question: &Question) -> Result<Explanation, Failure> {
        let mut wishes = Wishes::read(&question.headers)?;
        if question.config.is_some() {
            wishes.config.clone_from(&question.config);
        }
        wishes.metadata.extend(question.metadata.iter().map(|(name, value)| (name.clone(), value.clone())));
        let facts = Facts {
            metadata: wishes.metadata.clone(),
            body: question.body.clone(),
            path: question.path.clone(),
            headers: question.headers.clone(),
            deadline: None,
        };
        let model = match facts.param("model") {
            Some(Value::String(model)) => Some(model),
            _ => None,
        };
        let plan = self.plan(&Caller::default(), &wishes, model.as_deref())?;
        Ok(self.inner.router.explain(&plan, &facts))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;
    use jackfield_router::FailureKind;
    use jackfield_runtime::Provider;

    use super::*;
    use crate::{Providers, ServerSettings};

    /// Providers that must not be touched.
    #[derive(Debug)]
    pub(in crate::gateway) struct Named;

    impl Providers for Named {
        fn ready(&self, name: &str) -> Option<Provider> {
            panic!("{name} is looked for")
        }

        fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Provider, Failure>> {
            async move { panic!("{name} is opened") }.boxed()
        }

        fn list(&self) -> Vec<(String, Vec<String>)> {
            vec![("a".to_owned(), vec!["known".to_owned()]), ("b".to_owned(), Vec::new())]
        }
    }

    fn explained(question: Question) -> Result<Explanation, Failure> {
        let settings = ServerSettings {
            configs: [("saved".to_owned(), r#"{"provider":"b"}"#.to_owned())].into(),
            ..ServerSettings::default()
        };
        Gateway::builder(Arc::new(Named), settings).build().unwrap().explain(&question)
    }

    fn asking(config: Option<&str>, body: &'static str) -> Question {
        Question { config: config.map(str::to_owned), body: body.into(), ..Question::default() }
    }

    fn targets(explanation: &Explanation) -> Vec<(Option<&str>, Option<&str>)> {
        explanation.steps.iter().map(|step| (step.provider.as_deref(), step.model.as_deref())).collect()
    }

    #[test]
    fn a_request_is_explained_by_its_config_by_a_saved_one_and_by_its_models_name() {
        let body = r#"{"model":"a/m"}"#;
        let of = |question| targets(&explained(question).unwrap()).remove(0).0.map(str::to_owned);
        assert_eq!(of(asking(Some(r#"{"provider":"b"}"#), body)).as_deref(), Some("b"));
        assert_eq!(of(asking(Some("saved"), body)).as_deref(), Some("b"));
        assert_eq!(of(asking(None, body)).as_deref(), Some("a"));
        assert_eq!(of(asking(None, r#"{"model":"known"}"#)).as_deref(), Some("a"));
    }

    #[test]
    fn headers_are_read_and_what_is_asked_in_so_many_words_counts_more() {
        let config = r#"{"strategy":{"mode":"conditional","conditions":[
            {"query":{"metadata.plan":"paid"},"then":"paid"}],"default":"free"},
            "targets":[{"name":"paid","provider":"a"},{"name":"free","provider":"b"}]}"#;
        let one_line = config.replace('\n', " ");
        let mut question = asking(None, r#"{"model":"m"}"#);
        question.headers.insert("x-portkey-config", one_line.parse().unwrap());
        assert_eq!(targets(&explained(question.clone()).unwrap()), [(Some("b"), Some("m"))]);
        question.headers.insert("x-portkey-metadata", r#"{"plan":"paid"}"#.parse().unwrap());
        assert_eq!(targets(&explained(question.clone()).unwrap()), [(Some("a"), Some("m"))]);
        question.metadata.insert("plan".to_owned(), "free".to_owned());
        assert_eq!(targets(&explained(question.clone()).unwrap()), [(Some("b"), Some("m"))]);
        question.config = Some(r#"{"provider":"a"}"#.to_owned());
        assert_eq!(targets(&explained(question).unwrap()), [(Some("a"), Some("m"))]);
    }

    #[test]
    fn what_would_be_refused_is_refused_with_its_place() {
        let wrong = explained(asking(Some(r#"{"provider":"c","retry":{"attempts":-1}}"#), "{}")).unwrap_err();
        assert_eq!(wrong.kind, FailureKind::InvalidRequest);
        assert!(wrong.message.contains("/retry/attempts"), "{}", wrong.message);
        let wrong = explained(asking(Some(r#"{"provider":"c"}"#), "{}")).unwrap_err();
        assert!(wrong.message.contains("/provider: no provider is named"), "{}", wrong.message);
        assert_eq!(explained(asking(None, r#"{"model":"x/y"}"#)).unwrap_err().kind, FailureKind::NotFound);
        assert_eq!(explained(asking(None, "{}")).unwrap_err().kind, FailureKind::InvalidRequest);
        let mut question = asking(None, r#"{"model":"a/m"}"#);
        question.headers.insert("x-portkey-invented", "1".parse().unwrap());
        assert!(explained(question).unwrap_err().message.contains("x-portkey-invented"));
    }
}
