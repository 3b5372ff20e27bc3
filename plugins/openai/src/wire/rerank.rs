//! Answers of `POST /rerank`, in the shape of Cohere's and Jina's.

use super::value::{Count, Raw, Text};

object! {
    /// The answer. Voyage has the list under `data`.
    Ranking {
        id: Option<Text<'a>> = "id",
        model: Option<Text<'a>> = "model",
        results: Option<Vec<Ranked<'a>>> = "results",
        data: Option<Vec<Ranked<'a>>> = "data",
        usage: Option<Raw<'a>> = "usage",
        meta: Option<Meta<'a>> = "meta",
        error: Option<Raw<'a>> = "error",
    }
}

object! {
    /// One document's place.
    Ranked {
        index: Count = "index",
        relevance_score: Option<f64> = "relevance_score",
        score: Option<f64> = "score",
        /// Only so that the type borrows: the text is the caller's own.
        document: Option<Raw<'a>> = "document",
    }
}

object! {
    /// Cohere's and Xinference's record of the cost.
    Meta {
        billed_units: Option<Raw<'a>> = "billed_units",
        tokens: Option<Raw<'a>> = "tokens",
    }
}
