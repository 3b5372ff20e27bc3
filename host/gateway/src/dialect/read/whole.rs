//! Whole numbers that are written with a point or an exponent, as `100.0` and
//! `1e3`: clients in languages with one kind of number write them so, and the
//! official servers take them. What isn't whole is refused as it is.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, Unexpected, Visitor};

/// Up to here every whole number is one of JSON's usual numbers: behind it, two
/// that are written differently are read as the same.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The whole number that a text of JSON is, if it is one that fits.
pub(crate) fn whole(text: &str) -> Option<u32> {
    text.parse().ok().or_else(|| u32::try_from(integer(text.parse().ok()?)?).ok())
}

/// The number, if it is whole and certain.
fn integer(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// Reads a value, which may be a whole number in any spelling.
#[derive(Debug)]
pub(crate) struct Value<T>(PhantomData<T>);

impl<T> Value<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Value<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        T::deserialize(Lenient(from))
    }
}

/// The same for members of other objects: `#[serde(deserialize_with = "lenient")]`.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Value::new().deserialize(from)
}

/// Reads whole numbers in any spelling, and everything else as it is. What is
/// within lists and objects is for their own readers.
struct Lenient<D>(D);

/// Methods that hand on what they are asked.
macro_rules! handed_on {
    ($($method:ident($($name:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($name,)* visitor)
        }
    )*};
}

/// Methods that ask for a whole number.
macro_rules! whole {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(Whole(visitor))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Lenient<D> {
    type Error = D::Error;

    whole! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    handed_on! {
        deserialize_any()
        deserialize_bool()
        deserialize_i128()
        deserialize_u128()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier()
        deserialize_ignored_any()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(Perhaps(visitor))
    }
}

struct Whole<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Whole<V> {
    type Value = V::Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(to)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<V::Value, E> {
        self.0.visit_i64(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<V::Value, E> {
        self.0.visit_u64(number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<V::Value, E> {
        match integer(number) {
            Some(whole) => self.0.visit_i64(whole),
            None => Err(E::invalid_value(Unexpected::Float(number), &"a whole number")),
        }
    }
}

struct Perhaps<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Perhaps<V> {
    type Value = V::Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(to)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Lenient(from))
    }
}

#[cfg(test)]
mod tests {
    use super::super::body;
    use super::*;

    object! {
        /// A sample.
        Sample {
            count: u32 = "count",
            seed: i64 = "seed",
            share: f64 = "share",
        }
    }

    fn count(text: &str) -> Result<Option<u32>, String> {
        let body = format!("{{\"count\":{text}}}");
        let sample = self::body::<Sample<'_>>(body.as_bytes());
        sample.map(|sample| sample.count).map_err(|error| format!("{}: {}", error.path, error.message))
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point_or_an_exponent() {
        for (text, number) in
            [("100", 100), ("100.0", 100), ("1e2", 100), ("0.0", 0), ("4294967295.0", u32::MAX)]
        {
            assert_eq!(count(text), Ok(Some(number)), "{text}");
            assert_eq!(whole(text), Some(number), "{text}");
        }
        assert_eq!(count("null"), Ok(None));
        let sample: Sample<'_> = body(br#"{"seed":-7.0,"share":0.5}"#).unwrap();
        assert_eq!((sample.seed, sample.share), (Some(-7), Some(0.5)));
    }

    #[test]
    fn what_is_not_whole_or_does_not_fit_is_refused_with_its_place() {
        for text in ["100.5", "1e-2", "1e300", "-1.0", "4294967296.0", "\"100\"", "true", "[100.0]"] {
            let error = count(text).unwrap_err();
            assert!(error.starts_with("count: "), "{text}: {error}");
            assert_eq!(whole(text), None, "{text}");
        }
        assert!(
            count("100.5").unwrap_err().contains("`100.5`, expected a whole number"),
            "{:?}",
            count("100.5")
        );
        assert!(
            body::<Sample<'_>>(br#"{"seed":9007199254740994.0}"#).is_err(),
            "which one is meant isn't certain"
        );
    }

    #[test]
    fn a_number_that_stands_alone_is_read_the_same_way() {
        let kept: &serde_json::value::RawValue = serde_json::from_str("64.0").unwrap();
        assert_eq!(super::super::raw::<u32>("max_output_tokens", kept).unwrap(), 64);
    }
}
