//! The shapes that vectors come in. An API of feature extraction answers one
//! vector for each input or one for each token, and some drop the list around a
//! single input or add one around each: only the depth of the brackets tells.

use jackfield_sdk::embedding::Vector;
use jackfield_sdk::types::Error;
use jackfield_sdk::vectors::{Pooling, in_order};
use serde::Deserialize;

use super::read;

const WHAT: &str = "a list of vectors";

/// The vectors of `expected` inputs; those of tokens are pooled.
pub(crate) fn dense(text: &str, expected: usize, pooling: Pooling) -> Result<Vec<Vector>, Error> {
    match depth(text) {
        1 if expected == 1 => Ok(vec![Vector::Float32(read(text, WHAT)?)]),
        3 => {
            let inputs: Vec<Vec<Vec<f32>>> = read(text, WHAT)?;
            pooled(inputs, expected, pooling)
        }
        4 => {
            let wrapped: Vec<Vec<Vec<Vec<f32>>>> = read(text, WHAT)?;
            if wrapped.iter().any(|input| input.len() != 1) {
                return Err(Error::bad_answer(
                    "the upstream sent vectors in more lists than it has inputs and tokens",
                ));
            }
            pooled(wrapped.into_iter().flatten().collect(), expected, pooling)
        }
        // Whatever this isn't either is told with the answer's beginning.
        _ => {
            let vectors: Vec<Vec<f32>> = read(text, WHAT)?;
            if expected == 1 && vectors.len() > 1 {
                return pooling.pool(vectors).map(|vector| vec![vector]);
            }
            in_order(vectors.into_iter().map(|vector| (None, Vector::Float32(vector))), expected)
        }
    }
}

fn pooled(inputs: Vec<Vec<Vec<f32>>>, expected: usize, pooling: Pooling) -> Result<Vec<Vector>, Error> {
    let vectors = inputs.into_iter().map(|tokens| pooling.pool(tokens)).collect::<Result<Vec<_>, _>>()?;
    in_order(vectors.into_iter().map(|vector| (None, vector)), expected)
}

/// How many lists an answer begins with.
fn depth(text: &str) -> usize {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).take_while(|byte| *byte == b'[').count()
}

/// A dimension of a sparse vector.
#[derive(Debug, Deserialize)]
struct Weight {
    index: u32,
    value: f32,
}

/// The sparse vectors of `expected` inputs.
pub(crate) fn sparse(text: &str, expected: usize) -> Result<Vec<Vector>, Error> {
    let inputs: Vec<Vec<Weight>> = read(text, "a list of sparse vectors")?;
    let vector = |weights: Vec<Weight>| {
        Vector::Sparse(weights.into_iter().map(|weight| (weight.index, weight.value)).collect())
    };
    in_order(inputs.into_iter().map(|weights| (None, vector(weights))), expected)
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::types::ErrorKind;

    use super::*;

    fn shown(result: Result<Vec<Vector>, Error>) -> String {
        format!("{:?}", result.unwrap())
    }

    #[test]
    fn one_vector_for_each_input_is_taken_as_it_is() {
        assert_eq!(
            shown(dense(" [[1,2],\n[3,4]]", 2, Pooling::Mean)),
            "[Vector::Float32([1.0, 2.0]), Vector::Float32([3.0, 4.0])]"
        );
    }

    #[test]
    fn a_single_input_may_come_without_its_list() {
        assert_eq!(shown(dense("[1, 2.5]", 1, Pooling::Mean)), "[Vector::Float32([1.0, 2.5])]");
        assert_eq!(shown(dense("[[1,2],[3,4]]", 1, Pooling::Mean)), "[Vector::Float32([2.0, 3.0])]");
    }

    #[test]
    fn vectors_of_tokens_are_pooled_or_kept() {
        let text = "[[[1,2],[3,4]],[[5,6]]]";
        assert_eq!(
            shown(dense(text, 2, Pooling::Mean)),
            "[Vector::Float32([2.0, 3.0]), Vector::Float32([5.0, 6.0])]"
        );
        assert_eq!(
            shown(dense(text, 2, Pooling::None)),
            "[Vector::PerToken([[1.0, 2.0], [3.0, 4.0]]), Vector::PerToken([[5.0, 6.0]])]"
        );
    }

    #[test]
    fn a_list_more_around_each_input_is_seen_through() {
        let text = "[[[[1,2],[3,4]]],[[[5,6]]]]";
        assert_eq!(
            shown(dense(text, 2, Pooling::Cls)),
            "[Vector::Float32([1.0, 2.0]), Vector::Float32([5.0, 6.0])]"
        );
        assert!(dense("[[[[1]],[[2]]]]", 1, Pooling::Cls).is_err());
    }

    #[test]
    fn sparse_vectors_have_index_and_weight() {
        let text = r#"[[{"index":3,"value":0.5},{"index":7,"value":1}],[]]"#;
        assert_eq!(shown(sparse(text, 2)), "[Vector::Sparse([(3, 0.5), (7, 1.0)]), Vector::Sparse([])]");
    }

    #[test]
    fn what_is_no_list_of_vectors_is_the_upstreams_fault() {
        for text in [
            "[]",
            "[[1]]",
            "[1,2]",
            "{}",
            "",
            "[[1],[null]]",
            "[[1],[\"a\"]]",
            "[[[]],[[1]]]",
            "[[1],[2],[3]]",
            "[[[1]]]",
            "[[NaN],[1]]",
        ] {
            let error = dense(text, 2, Pooling::Mean).unwrap_err();
            assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer, "{text}");
            assert!(error.sent);
        }
        for text in ["[[1]]", r#"[[{"index":-1,"value":0}]]"#, "[]"] {
            assert_eq!(sparse(text, 1).unwrap_err().kind, ErrorKind::BadUpstreamAnswer, "{text}");
        }
    }
}
