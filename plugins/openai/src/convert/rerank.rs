//! Ranking: the body of `POST /rerank` and its answer.
//!
//! <https://docs.jina.ai>, <https://docs.cohere.com/reference/rerank>,
//! <https://docs.vllm.ai/en/latest/models/pooling_models.html>

use std::borrow::Cow;

use jackfield_sdk::rerank::{Ranked, RerankRequest, RerankResponse};
use jackfield_sdk::types::{Error, Usage};

use super::request::edit;
use super::{Whole, errors, usage};
use crate::settings::RerankSettings;
use crate::wire::body::{Body, Member, Members};
use crate::wire::rerank::{self as wire, Ranking};
use crate::wire::value::{Raw, filled};

/// Writes the body, and says what of the request was left out.
pub(crate) fn prepare<'a>(
    request: &'a RerankRequest,
    model: &'a str,
    settings: &'a RerankSettings,
) -> Result<(Body<'a>, Vec<String>), Error> {
    let mut warnings = Vec::new();
    let mut body = Body::default();
    body.set("model", Member::Text(model.into()));
    body.text("query", Some(&request.query));
    body.set("documents", Member::Texts(Cow::Borrowed(&request.documents)));
    // Where there is no such member, the answer is cut here.
    if let Some(field) = settings.top_field {
        body.integer(field, request.top_n);
    }
    if settings.return_documents {
        body.set("return_documents", Member::Flag(false));
    }
    match (request.max_tokens_per_document, &settings.max_tokens_field) {
        (Some(limit), Some(field)) => body.set(field.as_str(), Member::Integer(limit.into())),
        (Some(_), None) => {
            warnings
                .push("`max_tokens_per_document` was left out: this API has no such parameter".to_owned());
        }
        (None, _) => {}
    }
    edit(&mut body, &settings.edits, &request.model, &mut warnings);
    body.merge(request.extra.as_deref())?;
    Ok((body, warnings))
}

/// Reads the answer to a request for the best `top_n` of `documents`.
pub(crate) fn convert(
    answer: Whole<'_>,
    model: &str,
    documents: usize,
    top_n: Option<u32>,
    warnings: Vec<String>,
) -> Result<RerankResponse, Error> {
    let wire: Ranking<'_> = answer.parse("a ranking")?;
    if let Some(error) = wire.error {
        return Err(errors::in_answer(error.text(), Some(answer.status)));
    }
    let bad = |what: String| Error::bad_answer(what).with_status(answer.status);
    let Some(ranked) = wire.results.or(wire.data) else {
        return Err(bad("the upstream sent no ranking (`results` and `data` are missing)".to_owned()));
    };
    let mut seen = vec![false; documents];
    let mut results = Vec::with_capacity(ranked.len());
    for one in ranked {
        let score = one.relevance_score.or(one.score);
        let (Some(index), Some(score)) = (one.index.0, score) else {
            return Err(bad("the upstream ranked a document without its index or its score".to_owned()));
        };
        match usize::try_from(index).ok().and_then(|place| seen.get_mut(place)) {
            Some(slot @ false) => *slot = true,
            Some(_) => return Err(bad(format!("the upstream ranked document {index} twice"))),
            None => return Err(bad(format!("the upstream ranked document {index} of {documents}"))),
        }
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        results.push(Ranked { index, score });
    }
    // Not every server sorts, and not every one cuts.
    results.sort_by(|one, other| other.score.total_cmp(&one.score));
    if let Some(most) = top_n {
        results.truncate(most as usize);
    }
    Ok(RerankResponse {
        id: filled(wire.id).map(Cow::into_owned),
        model: filled(wire.model).map_or_else(|| model.to_owned(), Cow::into_owned),
        results,
        usage: wire.usage.and_then(usage::of_input).or_else(|| wire.meta.and_then(of_meta)),
        warnings,
    })
}

/// `{"billed_units": {"search_units": 1}, "tokens": {"input_tokens": 5}}`
fn of_meta(meta: wire::Meta<'_>) -> Option<Usage> {
    let mut spent = meta.tokens.and_then(usage::of_input);
    let Members(billed) = meta.billed_units.and_then(Raw::read)?;
    let units: Vec<(String, f64)> = billed
        .into_iter()
        .filter_map(|(name, amount)| Some((name.into_owned(), serde_json::from_str(amount.get()).ok()?)))
        .collect();
    if !units.is_empty() {
        spent.get_or_insert_with(Usage::default).units = units;
    }
    spent
}

#[cfg(test)]
mod tests;
