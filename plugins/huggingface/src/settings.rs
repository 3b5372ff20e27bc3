//! The provider's configuration, parsed once into exact types. `plugin.toml`
//! says what each value is for.

use jackfield_sdk::config;
use jackfield_sdk::embedding::Purpose;
use jackfield_sdk::http;
use jackfield_sdk::settings::{pairs, word, wrong};
use jackfield_sdk::types::Error;
use jackfield_sdk::vectors::Pooling;

/// What `plugin.toml` declares under `[config]`.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) api: Api,
    pub(crate) base_url: String,
    pub(crate) embed_path: String,
    pub(crate) rank_path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) vectors: Vectors,
    pub(crate) pooling: Pooling,
    pub(crate) normalize: Option<bool>,
    pub(crate) prompts: Vec<(Purpose, String)>,
    pub(crate) truncate: Option<bool>,
    pub(crate) raw_scores: bool,
    pub(crate) rank_batch: usize,
}

/// Which of the two APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Hosted,
    Tei,
}

/// What an input is turned into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vectors {
    Dense,
    Sparse,
    Tokens,
}

impl Vectors {
    pub(crate) const WORDS: &'static [(&'static str, Vectors)] =
        &[("dense", Vectors::Dense), ("sparse", Vectors::Sparse), ("tokens", Vectors::Tokens)];
}

const APIS: &[(&str, Api)] = &[("hosted", Api::Hosted), ("tei", Api::Tei)];

const PURPOSES: &[(&str, Purpose)] = &[
    ("document", Purpose::Document),
    ("query", Purpose::Query),
    ("classification", Purpose::Classification),
    ("clustering", Purpose::Clustering),
    ("similarity", Purpose::Similarity),
];

impl Settings {
    /// Reads the bound provider's values. Only inside the sandbox.
    pub(crate) fn read() -> Result<Settings, Error> {
        let settings = Settings {
            api: word("api", &config::required("api")?, APIS)?,
            base_url: config::url("base-url")?,
            embed_path: config::required("embed-path")?,
            rank_path: config::required("rank-path")?,
            headers: pairs("headers", &config::texts("headers").unwrap_or_default(), ':')?,
            vectors: word("vectors", &config::required("vectors")?, Vectors::WORDS)?,
            pooling: word("pooling", &config::required("pooling")?, Pooling::WORDS)?,
            normalize: config::boolean("normalize"),
            prompts: prompts(&config::texts("prompts").unwrap_or_default())?,
            truncate: config::boolean("truncate"),
            raw_scores: config::boolean("raw-scores").unwrap_or(false),
            rank_batch: rank_batch(config::integer("rank-batch"))?,
        };
        check(settings.api, settings.vectors)?;
        Ok(settings)
    }

    /// Where vectors of this kind are made.
    pub(crate) fn embed_url(&self, vectors: Vectors, model: &str) -> String {
        match (self.api, vectors) {
            (Api::Hosted, _) => self.hosted(&self.embed_path, model),
            (Api::Tei, Vectors::Dense) => http::join(&self.base_url, "embed"),
            (Api::Tei, Vectors::Sparse) => http::join(&self.base_url, "embed_sparse"),
            (Api::Tei, Vectors::Tokens) => http::join(&self.base_url, "embed_all"),
        }
    }

    /// Where documents are ranked.
    pub(crate) fn rank_url(&self, model: &str) -> String {
        match self.api {
            Api::Hosted => self.hosted(&self.rank_path, model),
            Api::Tei => http::join(&self.base_url, "rerank"),
        }
    }

    fn hosted(&self, path: &str, model: &str) -> String {
        // An id has its owner before it, as in `owner/name`, and both are
        // segments of the path.
        let segments: Vec<String> = model.split('/').map(http::encode).collect();
        http::join(&self.base_url, &path.replace("{model}", &segments.join("/")))
    }
}

/// The hosted API has dense vectors only.
pub(crate) fn check(api: Api, vectors: Vectors) -> Result<(), Error> {
    if api == Api::Hosted && vectors != Vectors::Dense {
        return Err(Error::unsupported(
            "the hosted inference API has dense vectors only; sparse ones, and one for each token, need a server with `config.api = \"tei\"`",
        ));
    }
    Ok(())
}

fn prompts(lines: &[String]) -> Result<Vec<(Purpose, String)>, Error> {
    let pairs = pairs("prompts", lines, '=')?;
    pairs.into_iter().map(|(purpose, prompt)| Ok((word("prompts", &purpose, PURPOSES)?, prompt))).collect()
}

fn rank_batch(number: Option<i64>) -> Result<usize, Error> {
    let number = number.unwrap_or_default();
    usize::try_from(number)
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| wrong("rank-batch", &number.to_string(), "a positive whole number"))
}

#[cfg(test)]
pub(crate) mod tests {
    use jackfield_sdk::settings::unmatched;

    use super::*;

    /// The defaults of `plugin.toml` for one of the APIs.
    pub(crate) fn settings(api: Api) -> Settings {
        Settings {
            api,
            base_url: "https://api.example/base".to_owned(),
            embed_path: "/models/{model}/pipeline/feature-extraction".to_owned(),
            rank_path: "/models/{model}/pipeline/sentence-similarity".to_owned(),
            headers: Vec::new(),
            vectors: Vectors::Dense,
            pooling: Pooling::Mean,
            normalize: None,
            prompts: Vec::new(),
            truncate: None,
            raw_scores: false,
            rank_batch: 32,
        }
    }

    #[test]
    fn the_hosted_api_has_the_model_in_its_path_segment_by_segment() {
        let settings = settings(Api::Hosted);
        assert_eq!(
            settings.embed_url(Vectors::Dense, "owner/a name"),
            "https://api.example/base/models/owner/a%20name/pipeline/feature-extraction"
        );
        assert_eq!(settings.rank_url("m"), "https://api.example/base/models/m/pipeline/sentence-similarity");
    }

    #[test]
    fn an_endpoint_of_ones_own_is_its_root() {
        let settings = Settings { embed_path: "/".to_owned(), ..settings(Api::Hosted) };
        assert_eq!(settings.embed_url(Vectors::Dense, "m"), "https://api.example/base");
    }

    #[test]
    fn a_tei_server_has_a_path_for_each_kind_of_vector() {
        let settings = settings(Api::Tei);
        let path = |vectors| settings.embed_url(vectors, "m").rsplit('/').next().unwrap().to_owned();
        assert_eq!(
            [Vectors::Dense, Vectors::Sparse, Vectors::Tokens].map(path),
            ["embed", "embed_sparse", "embed_all"]
        );
        assert_eq!(settings.rank_url("m"), "https://api.example/base/rerank");
    }

    #[test]
    fn values_that_mean_nothing_are_named_in_the_error() {
        let lines = |line: &str| vec![line.to_owned()];
        for error in [
            prompts(&lines("question=query")).unwrap_err(),
            prompts(&lines("query")).unwrap_err(),
            rank_batch(Some(0)).unwrap_err(),
            rank_batch(Some(-1)).unwrap_err(),
        ] {
            assert!(error.message.contains("config."), "{}", error.message);
        }
        assert_eq!(prompts(&lines("query=query: ")).unwrap(), [(Purpose::Query, "query:".to_owned())]);
        assert!(check(Api::Hosted, Vectors::Sparse).is_err());
        assert!(check(Api::Tei, Vectors::Sparse).is_ok());
    }

    #[test]
    fn every_value_that_is_read_is_declared_and_the_other_way_round() {
        let unmatched = unmatched(include_str!("../plugin.toml"), include_str!("settings.rs"));
        assert!(unmatched.is_empty(), "{unmatched:?}");
    }
}
