//! What every embedding API needs around its own wire: inputs that must be
//! texts, vectors put back into the order of their inputs, and one vector made
//! of one for each token.

use crate::embedding::{EmbedRequest, Encoding, Input, Vector};
use crate::types::Error;

/// The inputs of a request to an API that embeds texts alone.
pub fn texts(inputs: &[Input]) -> Result<Vec<&str>, Error> {
    inputs
        .iter()
        .map(|input| match input {
            Input::Text(text) => Ok(text.as_str()),
            Input::Tokens(_) => {
                Err(Error::unsupported("this API embeds texts: send the text, not its tokens"))
            }
            Input::Image(_) => Err(Error::unsupported("this API embeds texts, not images")),
        })
        .collect()
}

/// Refuses what an API can't do that gives 32-bit floats alone.
pub fn floats_only(request: &EmbedRequest) -> Result<(), Error> {
    match request.encoding {
        None | Some(Encoding::Float32) => Ok(()),
        Some(_) => Err(Error::unsupported(
            "this API gives vectors of 32-bit floats only; leave `encoding` out or set it to `float32`",
        )),
    }
}

/// What an upstream sent, in the order of the `expected` inputs: each item with
/// its index where the upstream gives one, and otherwise by its place. An input
/// without an item, or with two, is an error of kind `bad-upstream-answer`.
pub fn in_order<T>(
    items: impl IntoIterator<Item = (Option<u64>, T)>,
    expected: usize,
) -> Result<Vec<T>, Error> {
    let mut slots: Vec<Option<T>> = (0..expected).map(|_| None).collect();
    let mut count = 0;
    for (place, (index, item)) in items.into_iter().enumerate() {
        count += 1;
        let index = index.and_then(|index| usize::try_from(index).ok()).unwrap_or(place);
        match slots.get_mut(index) {
            Some(slot @ None) => *slot = Some(item),
            Some(_) => {
                return Err(Error::bad_answer(format!("the upstream sent two results for input {index}")));
            }
            // More than there are inputs: told below, with the number.
            None => {}
        }
    }
    let sorted: Vec<T> = slots.into_iter().flatten().collect();
    if count == expected && sorted.len() == expected {
        return Ok(sorted);
    }
    let stray = if count == expected { ", one of them for an input that isn't there" } else { "" };
    Err(Error::bad_answer(format!("the upstream sent {count} results for {expected} inputs{stray}")))
}

/// How one vector is made of one for each token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// That of the first token, `[CLS]` in the models that have one.
    Cls,
    /// That of the last token.
    Last,
    /// The greatest number of each dimension.
    Max,
    /// It isn't: the vectors of all tokens are the answer.
    None,
}

impl Pooling {
    /// Their names in a configuration, for [`word`](crate::settings::word).
    pub const WORDS: &'static [(&'static str, Pooling)] = &[
        ("mean", Pooling::Mean),
        ("cls", Pooling::Cls),
        ("last", Pooling::Last),
        ("max", Pooling::Max),
        ("none", Pooling::None),
    ];

    /// The vectors of an input's tokens, in order, as the input's vector. The
    /// tokens are those that the upstream sent: whether special ones are among
    /// them is its habit.
    pub fn pool(self, tokens: Vec<Vec<f32>>) -> Result<Vector, Error> {
        let Some(first) = tokens.first().filter(|first| !first.is_empty()) else {
            return Err(Error::bad_answer("the upstream sent no vector at all for one of the inputs"));
        };
        if tokens.iter().any(|token| token.len() != first.len()) {
            return Err(Error::bad_answer("the upstream sent vectors of different lengths for one input"));
        }
        let folded = |fold: fn(f32, f32) -> f32| {
            let mut sum = first.clone();
            for token in &tokens[1..] {
                sum.iter_mut().zip(token).for_each(|(sum, number)| *sum = fold(*sum, *number));
            }
            sum
        };
        Ok(match self {
            Pooling::Mean => {
                let (mut mean, count) = (folded(|a, b| a + b), tokens.len() as f32);
                mean.iter_mut().for_each(|number| *number /= count);
                Vector::Float32(mean)
            }
            Pooling::Max => Vector::Float32(folded(f32::max)),
            Pooling::Cls => Vector::Float32(tokens.into_iter().next().unwrap_or_default()),
            Pooling::Last => Vector::Float32(tokens.into_iter().next_back().unwrap_or_default()),
            Pooling::None => Vector::PerToken(tokens),
        })
    }
}

/// Scales a vector to the length one. A vector of zeros stays.
pub fn normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    if length > 0.0 && length.is_finite() {
        vector.iter_mut().for_each(|number| *number = (f64::from(*number) / length) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ErrorKind, Media, Source};

    #[test]
    fn an_api_of_texts_says_what_else_it_was_given() {
        assert_eq!(texts(&[Input::Text("a".to_owned()), Input::Text(String::new())]).unwrap(), ["a", ""]);
        let source = Source::Url("https://example.com/a.png".to_owned());
        let image = Media { source, mime_type: None, detail: None, transcript: None, id: None };
        for (input, word) in [(Input::Tokens(vec![1]), "tokens"), (Input::Image(image), "images")] {
            let error = texts(&[input]).unwrap_err();
            assert!(error.kind == ErrorKind::Unsupported && error.message.contains(word));
        }
    }

    #[test]
    fn results_come_back_in_the_order_of_the_inputs() {
        let by_index = [(Some(2), 'c'), (Some(0), 'a'), (Some(1), 'b')];
        assert_eq!(in_order(by_index, 3).unwrap(), ['a', 'b', 'c']);
        assert_eq!(in_order([(None, 'a'), (None, 'b')], 2).unwrap(), ['a', 'b']);
        assert!(in_order::<char>([], 0).unwrap().is_empty());
    }

    #[test]
    fn a_result_too_many_or_too_few_or_twice_is_the_upstreams_fault() {
        for (items, message) in [
            (vec![(None, 'a')], "1 results for 2 inputs"),
            (vec![(None, 'a'), (None, 'b'), (None, 'c')], "3 results for 2 inputs"),
            (vec![(Some(0), 'a'), (Some(7), 'b')], "for an input that isn't there"),
            (vec![(Some(1), 'a'), (Some(1), 'b')], "two results for input 1"),
        ] {
            let error = in_order(items, 2).unwrap_err();
            assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer);
            assert!(error.message.contains(message), "{}", error.message);
        }
    }

    #[test]
    fn tokens_are_pooled_in_each_way() {
        let tokens = vec![vec![1.0, 8.0], vec![2.0, 0.0], vec![6.0, 1.0]];
        for (pooling, expected) in [
            (Pooling::Mean, Vector::Float32(vec![3.0, 3.0])),
            (Pooling::Cls, Vector::Float32(vec![1.0, 8.0])),
            (Pooling::Last, Vector::Float32(vec![6.0, 1.0])),
            (Pooling::Max, Vector::Float32(vec![6.0, 8.0])),
            (Pooling::None, Vector::PerToken(tokens.clone())),
        ] {
            let pooled = pooling.pool(tokens.clone()).unwrap();
            assert_eq!(format!("{pooled:?}"), format!("{expected:?}"), "{pooling:?}");
        }
    }

    #[test]
    fn tokens_that_do_not_fit_together_are_refused() {
        for tokens in [vec![], vec![vec![]], vec![vec![1.0], vec![1.0, 2.0]]] {
            assert_eq!(Pooling::Mean.pool(tokens).unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
        }
    }

    #[test]
    fn a_normalized_vector_has_the_length_one() {
        let mut vector = [3.0, 4.0];
        normalize(&mut vector);
        assert_eq!(vector, [0.6, 0.8]);
        let mut zeros = [0.0, 0.0];
        normalize(&mut zeros);
        assert_eq!(zeros, [0.0, 0.0]);
    }
}
