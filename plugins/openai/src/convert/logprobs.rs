//! Log probabilities of tokens.

use jackfield_sdk::llm::{TokenAlternative, TokenLogprob};

use crate::wire::answer::{Logprobs, Token};
use crate::wire::body::Members;
use crate::wire::value::{Raw, Text};

/// What OpenAI writes for "as good as impossible"; taken where a server writes
/// null.
const IMPOSSIBLE: f64 = -9999.0;

/// Reads the tokens of a text, and after them those of a refusal.
pub(crate) fn convert(raw: Option<Raw<'_>>) -> Vec<TokenLogprob> {
    let Some(wire) = raw.and_then(Raw::read::<Logprobs<'_>>) else { return Vec::new() };
    if let Some(texts) = wire.tokens {
        return side_by_side(
            texts,
            wire.token_logprobs.unwrap_or_default(),
            wire.top_logprobs.unwrap_or_default(),
        );
    }
    tokens(wire.content.unwrap_or_default().into_iter().chain(wire.refusal.unwrap_or_default()))
}

/// Reads a list of tokens.
pub(crate) fn tokens<'a>(tokens: impl IntoIterator<Item = Token<'a>>) -> Vec<TokenLogprob> {
    tokens
        .into_iter()
        .map(|token| TokenLogprob {
            top: token.top_logprobs.unwrap_or_default().into_iter().map(alternative).collect(),
            token: token.token.unwrap_or_default().into_string(),
            logprob: token.logprob.unwrap_or(IMPOSSIBLE),
            bytes: token.bytes,
        })
        .collect()
}

/// The older completions' lists. The first token of an echoed prompt has no
/// probability.
fn side_by_side(texts: Vec<Text<'_>>, logprobs: Vec<Option<f64>>, top: Vec<Raw<'_>>) -> Vec<TokenLogprob> {
    let mut logprobs = logprobs.into_iter();
    let mut top = top.into_iter();
    texts
        .into_iter()
        .map(|token| TokenLogprob {
            token: token.into_string(),
            logprob: logprobs.next().flatten().unwrap_or(IMPOSSIBLE),
            bytes: None,
            top: top.next().map(named).unwrap_or_default(),
        })
        .collect()
}

/// `{"token": logprob, …}`, likeliest first.
fn named(raw: Raw<'_>) -> Vec<TokenAlternative> {
    let Some(Members(members)) = raw.read() else { return Vec::new() };
    let mut alternatives: Vec<TokenAlternative> = members
        .into_iter()
        .map(|(token, logprob)| TokenAlternative {
            token: token.into_owned(),
            logprob: serde_json::from_str(logprob.get()).unwrap_or(IMPOSSIBLE),
            bytes: None,
        })
        .collect();
    alternatives.sort_by(|one, other| other.logprob.total_cmp(&one.logprob));
    alternatives
}

fn alternative(token: Token<'_>) -> TokenAlternative {
    TokenAlternative {
        token: token.token.unwrap_or_default().into_string(),
        logprob: token.logprob.unwrap_or(IMPOSSIBLE),
        bytes: token.bytes,
    }
}
