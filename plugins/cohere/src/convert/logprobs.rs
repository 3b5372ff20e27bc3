//! Probabilities. The API groups tokens into texts: a group is one entry here,
//! as likely as all of its tokens together.

use jackfield_sdk::llm::TokenLogprob;

use crate::wire::answer::Logprob;

/// One group of tokens.
pub(super) fn token(group: Logprob) -> TokenLogprob {
    TokenLogprob {
        token: group.text.unwrap_or_default(),
        logprob: group.logprobs.iter().sum(),
        bytes: None,
        top: Vec::new(),
    }
}
