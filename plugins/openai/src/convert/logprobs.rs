//! Log probabilities of tokens.

use jackfield_sdk::llm::{TokenAlternative, TokenLogprob};

use crate::wire::answer::{Logprobs, Token};
use crate::wire::value::Raw;

/// What OpenAI writes for "as good as impossible"; taken where a server writes
/// null.
const IMPOSSIBLE: f64 = -9999.0;

/// Reads the tokens of a text, and after them those of a refusal.
pub(crate) fn convert(raw: Option<Raw<'_>>) -> Vec<TokenLogprob> {
    let Some(wire) = raw.and_then(Raw::read::<Logprobs<'_>>) else { return Vec::new() };
    let tokens = wire.content.unwrap_or_default().into_iter().chain(wire.refusal.unwrap_or_default());
    tokens
        .map(|token| TokenLogprob {
            top: token.top_logprobs.unwrap_or_default().into_iter().map(alternative).collect(),
            token: token.token.unwrap_or_default().into_string(),
            logprob: token.logprob.unwrap_or(IMPOSSIBLE),
            bytes: token.bytes,
        })
        .collect()
}

fn alternative(token: Token<'_>) -> TokenAlternative {
    TokenAlternative {
        token: token.token.unwrap_or_default().into_string(),
        logprob: token.logprob.unwrap_or(IMPOSSIBLE),
        bytes: token.bytes,
    }
}
