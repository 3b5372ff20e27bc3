//! How likely the tokens of an answer were.

use jackfield_sdk::llm::{TokenAlternative, TokenLogprob};
use jackfield_sdk::types::Error;
use serde_json::value::RawValue;

use crate::wire::answer::{Logprobs, TopTokens};

pub(super) fn tokens(raw: &RawValue) -> Result<Vec<TokenLogprob>, Error> {
    let read: Logprobs = serde_json::from_str(raw.get()).map_err(|error| {
        Error::bad_answer(format!("`logprobsResult` isn't as the upstream's API says: {error}"))
    })?;
    let mut tops = read.top_candidates.into_iter();
    let top = |top: Option<TopTokens>| {
        let candidates = top.into_iter().flat_map(|top| top.candidates);
        candidates
            .map(|token| TokenAlternative { token: token.token, logprob: token.log_probability, bytes: None })
            .collect()
    };
    Ok(read
        .chosen_candidates
        .into_iter()
        .map(|chosen| TokenLogprob {
            token: chosen.token,
            logprob: chosen.log_probability,
            bytes: None,
            top: top(tops.next()),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_the_likeliest_in_its_place() {
        let json = r#"{"chosenCandidates":[{"token":"a","tokenId":1,"logProbability":-0.5},{"token":"b"}],
            "topCandidates":[{"candidates":[{"token":"a","logProbability":-0.5},{"token":"c","logProbability":-2}]}]}"#;
        let tokens = tokens(serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!((tokens[0].token.as_str(), tokens[0].logprob, tokens[0].top.len()), ("a", -0.5, 2));
        // A probability of one is a zero, which the API leaves out.
        assert_eq!((tokens[1].logprob, tokens[1].top.len()), (0.0, 0));
        assert_eq!((tokens[0].top[1].token.as_str(), tokens[0].top[1].logprob), ("c", -2.0));
    }
}
