//! What is to be embedded: one text, one list of tokens, or a list of either.

use std::fmt;

use jackfield_runtime::api::embedding::Input;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Unexpected, Visitor};

/// All of it.
#[derive(Debug, PartialEq)]
pub(crate) struct Inputs(pub(crate) Vec<Input>);

impl<'de> Deserialize<'de> for Inputs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InputsVisitor;

        impl<'de> Visitor<'de> for InputsVisitor {
            type Value = Inputs;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a string, a list of strings, a list of tokens or a list of such lists")
            }

            fn visit_str<E>(self, text: &str) -> Result<Inputs, E> {
                Ok(Inputs(vec![Input::Text(text.to_owned())]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Inputs, A::Error> {
                match items.next_element()? {
                    None => Ok(Inputs(Vec::new())),
                    Some(Item::Token(first)) => {
                        let mut tokens = vec![first];
                        while let Some(token) = items.next_element()? {
                            tokens.push(token);
                        }
                        Ok(Inputs(vec![Input::Tokens(tokens)]))
                    }
                    Some(first) => {
                        let mut inputs = Vec::with_capacity(items.size_hint().unwrap_or(0) + 1);
                        inputs.extend(first.input());
                        while let Some(item) = items.next_element::<Item>()? {
                            let input = item.input().ok_or_else(|| {
                                A::Error::invalid_type(
                                    Unexpected::Other("a token"),
                                    &"a string or a list of tokens",
                                )
                            })?;
                            inputs.push(input);
                        }
                        Ok(Inputs(inputs))
                    }
                }
            }
        }

        from.deserialize_any(InputsVisitor)
    }
}

/// An item of the list; what the first is decides what the list is.
enum Item {
    Text(String),
    Token(u32),
    Tokens(Vec<u32>),
}

impl Item {
    fn input(self) -> Option<Input> {
        match self {
            Item::Text(text) => Some(Input::Text(text)),
            Item::Tokens(tokens) => Some(Input::Tokens(tokens)),
            Item::Token(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct ItemVisitor;

        impl<'de> Visitor<'de> for ItemVisitor {
            type Value = Item;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a string, a token or a list of tokens")
            }

            fn visit_str<E>(self, text: &str) -> Result<Item, E> {
                Ok(Item::Text(text.to_owned()))
            }

            fn visit_u64<E: Error>(self, token: u64) -> Result<Item, E> {
                let token = u32::try_from(token)
                    .map_err(|_| E::invalid_value(Unexpected::Unsigned(token), &"a token of 32 bits"))?;
                Ok(Item::Token(token))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Item, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(Item::Tokens)
            }
        }

        from.deserialize_any(ItemVisitor)
    }
}
