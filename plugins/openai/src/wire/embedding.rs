//! Answers of `POST /embeddings`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor, value::SeqAccessDeserializer};

use super::value::{Count, Raw, Text};

object! {
    /// The answer.
    Embeddings {
        model: Option<Text<'a>> = "model",
        data: Option<Vec<Embedding<'a>>> = "data",
        usage: Option<Raw<'a>> = "usage",
        error: Option<Raw<'a>> = "error",
    }
}

/// An input that says what it is, for APIs that embed images too.
#[derive(Debug, serde::Serialize)]
#[serde(untagged)]
pub(crate) enum InputObject<'a> {
    Image { image: std::borrow::Cow<'a, str> },
    Text { text: &'a str },
}

object! {
    /// The vector of one input.
    Embedding {
        index: Count = "index",
        embedding: Option<Raw<'a>> = "embedding",
    }
}

/// A list of numbers, or one such list for each token.
#[derive(Debug, PartialEq)]
pub(crate) enum Numbers {
    /// One vector.
    One(Vec<f32>),
    /// Several.
    Many(Vec<Vec<f32>>),
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(NumbersVisitor)
    }
}

struct NumbersVisitor;

impl<'de> Visitor<'de> for NumbersVisitor {
    type Value = Numbers;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a list of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        match items.next_element::<Item>()? {
            None => Ok(Numbers::One(Vec::new())),
            Some(Item::Number(first)) => {
                let mut vector = vec![first];
                while let Some(number) = items.next_element::<f32>()? {
                    vector.push(number);
                }
                Ok(Numbers::One(vector))
            }
            Some(Item::Vector(first)) => {
                let mut vectors = vec![first];
                while let Some(vector) = items.next_element::<Vec<f32>>()? {
                    vectors.push(vector);
                }
                Ok(Numbers::Many(vectors))
            }
        }
    }
}

/// The first element decides which of the two it is.
enum Item {
    Number(f32),
    Vector(Vec<f32>),
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct ItemVisitor;

        impl<'de> Visitor<'de> for ItemVisitor {
            type Value = Item;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a number or a list of numbers")
            }

            fn visit_f64<E>(self, number: f64) -> Result<Item, E> {
                Ok(Item::Number(number as f32))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Item, E> {
                Ok(Item::Number(number as f32))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Item, E> {
                Ok(Item::Number(number as f32))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Item, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(Item::Vector)
            }
        }

        from.deserialize_any(ItemVisitor)
    }
}
