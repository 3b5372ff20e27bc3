//! Embeddings: inputs are split to what the model takes at once, and put
//! together again in order.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::{Provider, call};
use crate::api::embedding::{EmbedRequest, EmbedResponse, Input};
use crate::api::types::Usage;
use crate::context::CallContext;
use crate::error::CallError;
use crate::manifest::batch::BatchLimits;

/// Batches of one request that are under way at once.
const AT_ONCE: usize = 4;

/// The most warnings, and units that usage is counted in, of a joined answer:
/// each is looked up among those that are there.
const MOST_JOINED: usize = 256;

/// Characters that a token has at least, on average, in the texts that people
/// embed. Too low a guess makes batches smaller than they need be, never too
/// large.
const CHARACTERS_PER_TOKEN: usize = 2;

impl Provider {
    /// Embeds all inputs of a request, in as many calls as the plugin's manifest
    /// says the model needs. One vector for each input, in their order.
    pub async fn embed(
        &self,
        context: &CallContext,
        mut request: EmbedRequest,
    ) -> Result<EmbedResponse, CallError> {
        let limits = self.slot.active().bound.batch_limits(&request.model);
        let sizes = split(&request.inputs, limits);
        if sizes.len() <= 1 {
            return self.embed_once(context, request).await;
        }
        let mut inputs = std::mem::take(&mut request.inputs).into_iter();
        // Made when their turn comes: thousands of copies of what else is in a
        // large request are more than a host has memory for.
        let parts = sizes
            .into_iter()
            .map(|size| EmbedRequest { inputs: inputs.by_ref().take(size).collect(), ..request.clone() });
        let answers: Vec<EmbedResponse> = stream::iter(parts)
            .map(|part| self.embed_once(context, part))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(join(answers))
    }

    async fn embed_once(
        &self,
        context: &CallContext,
        request: EmbedRequest,
    ) -> Result<EmbedResponse, CallError> {
        let wanted = request.inputs.len();
        call!(self, context, Embedding, embedding.call_embed(&request), |answer| {
            match answer.vectors.len() {
                given if given == wanted => Ok(()),
                given => Err(format!("it gave {given} vectors for {wanted} inputs")),
            }
        })
    }
}

/// How many inputs go into each call.
fn split(inputs: &[Input], limits: BatchLimits) -> Vec<usize> {
    let mut sizes = Vec::new();
    let (mut count, mut tokens) = (0, 0);
    for input in inputs {
        let length = tokens_of(input);
        let full = limits.inputs.is_some_and(|most| count >= most as usize)
            || limits.tokens.is_some_and(|most| tokens + length > most as usize);
        if full && count > 0 {
            sizes.push(count);
            (count, tokens) = (0, 0);
        }
        count += 1;
        tokens += length;
    }
    if count > 0 {
        sizes.push(count);
    }
    sizes
}

fn tokens_of(input: &Input) -> usize {
    match input {
        Input::Text(text) => text.chars().count().div_ceil(CHARACTERS_PER_TOKEN),
        Input::Tokens(tokens) => tokens.len(),
        Input::Image(_) => 0,
    }
}

fn join(answers: Vec<EmbedResponse>) -> EmbedResponse {
    let mut answers = answers.into_iter();
    let Some(mut whole) = answers.next() else {
        return EmbedResponse {
            model: String::new(),
            vectors: Vec::new(),
            usage: None,
            warnings: Vec::new(),
        };
    };
    for answer in answers {
        whole.vectors.extend(answer.vectors);
        whole.usage = add(whole.usage, answer.usage);
        for warning in answer.warnings {
            if whole.warnings.len() >= MOST_JOINED {
                whole.warnings.truncate(MOST_JOINED);
                break;
            }
            if !whole.warnings.contains(&warning) {
                whole.warnings.push(warning);
            }
        }
    }
    whole
}

/// A sum is known only where both parts are.
fn add(a: Option<Usage>, b: Option<Usage>) -> Option<Usage> {
    let (mut a, b) = (a?, b?);
    let sum = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
    a.input_tokens = sum(a.input_tokens, b.input_tokens);
    a.output_tokens = sum(a.output_tokens, b.output_tokens);
    a.cache_read_tokens = sum(a.cache_read_tokens, b.cache_read_tokens);
    a.cache_write_tokens = sum(a.cache_write_tokens, b.cache_write_tokens);
    a.reasoning_tokens = sum(a.reasoning_tokens, b.reasoning_tokens);
    a.audio_input_tokens = sum(a.audio_input_tokens, b.audio_input_tokens);
    a.audio_output_tokens = sum(a.audio_output_tokens, b.audio_output_tokens);
    a.units.truncate(MOST_JOINED);
    for (name, amount) in b.units.into_iter().take(MOST_JOINED) {
        let full = a.units.len() == MOST_JOINED;
        match a.units.iter_mut().find(|(there, _)| *there == name) {
            Some((_, there)) => *there += amount,
            None if !full => a.units.push((name, amount)),
            None => {}
        }
    }
    // The provider's own objects can't be added up.
    a.raw = None;
    Some(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lengths: &[usize]) -> Vec<Input> {
        lengths.iter().map(|length| Input::Text("x".repeat(*length))).collect()
    }

    fn limits(inputs: Option<u32>, tokens: Option<u32>) -> BatchLimits {
        BatchLimits { inputs, tokens }
    }

    #[test]
    fn without_limits_everything_goes_at_once() {
        assert_eq!(split(&texts(&[1; 5]), limits(None, None)), [5]);
        assert!(split(&[], limits(Some(1), None)).is_empty());
    }

    #[test]
    fn batches_are_as_large_as_the_limit_lets_them_be() {
        assert_eq!(split(&texts(&[1; 5]), limits(Some(2), None)), [2, 2, 1]);
    }

    #[test]
    fn the_sum_of_tokens_limits_a_batch_and_one_long_input_goes_alone() {
        assert_eq!(split(&texts(&[4, 4, 100, 4]), limits(None, Some(4))), [2, 1, 1]);
    }

    #[test]
    fn an_answer_is_joined_with_only_so_many_warnings_and_units() {
        let many = |from: usize| {
            let numbers = from..from + 10 * MOST_JOINED;
            let mut usage = usage(Some(1));
            usage.units = numbers.clone().map(|n| (n.to_string(), 1.0)).collect();
            EmbedResponse {
                model: String::new(),
                vectors: Vec::new(),
                usage: Some(usage),
                warnings: numbers.map(|n| n.to_string()).collect(),
            }
        };
        let one = EmbedResponse { warnings: Vec::new(), usage: Some(usage(Some(1))), ..many(0) };
        for answers in [vec![one, many(0)], vec![many(0), many(100_000)]] {
            let whole = join(answers);
            assert_eq!(whole.warnings.len(), MOST_JOINED);
            assert_eq!(whole.usage.unwrap().units.len(), MOST_JOINED);
        }
    }

    fn usage(input: Option<u64>) -> Usage {
        Usage {
            input_tokens: input,
            output_tokens: None,
            cache_read_tokens: None,
            cache_write_tokens: None,
            reasoning_tokens: None,
            audio_input_tokens: None,
            audio_output_tokens: None,
            units: Vec::new(),
            raw: None,
        }
    }

    #[test]
    fn a_sum_with_an_unknown_part_is_unknown() {
        assert_eq!(add(Some(usage(Some(2))), Some(usage(Some(3)))).unwrap().input_tokens, Some(5));
        assert_eq!(add(Some(usage(Some(2))), Some(usage(None))).unwrap().input_tokens, None);
        assert!(add(Some(usage(Some(2))), None).is_none());
    }
}
