//! JSON objects whose unknown members are kept. `#[serde(flatten)]` would copy
//! every value into an intermediate tree; here a known member is parsed in
//! place and an unknown one stays a slice of the answer's text.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::value::Raw;

/// Members that no field stands for, in the order they came. Members that are
/// `null` are left out.
#[derive(Debug, Default)]
pub(crate) struct Rest<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Rest<'a> {
    pub(crate) fn push(&mut self, name: Cow<'a, str>, value: &'a RawValue) {
        if value.get() != "null" {
            self.0.push((name, value));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| Raw(value))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// Keeps the members whose name the function accepts.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.0.retain(|(name, _)| keep(name));
    }

    /// As a JSON object; nothing where there are no members.
    pub(crate) fn to_json(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut out = String::from("{");
        self.write_members(&mut out);
        out.push('}');
        Some(out)
    }

    /// Appends `"name":value` pairs to the members of an object that `out`
    /// has open.
    pub(crate) fn write_members(&self, out: &mut String) {
        for (name, value) in &self.0 {
            open_member(out, name);
            out.push_str(value.get());
        }
    }
}

/// Writes the name of a further member of the object that `out` has open.
pub(crate) fn open_member(out: &mut String, name: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    out.push_str(&serde_json::Value::from(name).to_string());
    out.push(':');
}

/// Declares a struct with the lifetime `'a` that is read from a JSON object.
/// Every field has a default. Other members are skipped, or, with
/// `keeping rest but "a" | "b"`, land in `rest` except for those named.
macro_rules! object {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $type:ty = $key:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(crate) struct $name<'a> {
            $($(#[$field_meta])* pub(crate) $field: $type,)*
        }

        object!(@read $name { $($field = $key,)* } (object, map, key) {
            let _ = key;
            map.next_value::<serde::de::IgnoredAny>()?;
        });
    };
    ($(#[$meta:meta])* $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $type:ty = $key:literal,)*
    } keeping rest but $($skip:literal)|+) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(crate) struct $name<'a> {
            $($(#[$field_meta])* pub(crate) $field: $type,)*
            /// Members that no field stands for.
            pub(crate) rest: $crate::wire::Rest<'a>,
        }

        object!(@read $name { $($field = $key,)* } (object, map, key) {
            match &*key.0 {
                $($skip)|+ => {
                    map.next_value::<serde::de::IgnoredAny>()?;
                }
                _ => object.rest.push(key.0, map.next_value()?),
            }
        });
    };
    (@read $name:ident { $($field:ident = $key:literal,)* } ($object:ident, $map:ident, $member:ident) $other:block) => {
        impl<'de: 'a, 'a> serde::Deserialize<'de> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Members<'a>(std::marker::PhantomData<&'a ()>);

                impl<'de: 'a, 'a> serde::de::Visitor<'de> for Members<'a> {
                    type Value = $name<'a>;

                    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        to.write_str("a JSON object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut $map: A) -> Result<Self::Value, A::Error> {
                        let mut $object = $name::default();
                        while let Some($member) = $map.next_key::<$crate::wire::value::Text<'a>>()? {
                            match &*$member.0 {
                                $($key => $object.$field = $map.next_value()?,)*
                                _ => $other,
                            }
                        }
                        Ok($object)
                    }
                }

                from.deserialize_map(Members(std::marker::PhantomData))
            }
        }
    };
}
