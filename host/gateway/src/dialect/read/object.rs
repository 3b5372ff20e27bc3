//! JSON objects whose unknown members are kept. `#[serde(flatten)]` would copy
//! every value into an intermediate tree; here a known member is parsed in
//! place and an unknown one stays a slice of the body. A member that comes
//! twice is refused: two readers of one body would each take another one.

use std::borrow::Cow;

use serde_json::value::RawValue;

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

    /// A null that is to reach the upstream's plugin, where it takes a member away.
    pub(crate) fn push_null(&mut self, name: &'static str) {
        self.0.push((Cow::Borrowed(name), RawValue::NULL));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }

    /// As a JSON object; nothing where there are no members.
    pub(crate) fn to_json(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let size = self.0.iter().map(|(name, value)| name.len() + value.get().len() + 4).sum::<usize>() + 2;
        let mut out = String::with_capacity(size);
        out.push('{');
        for (name, value) in &self.0 {
            member_name(&mut out, name);
            out.push_str(value.get());
        }
        out.push('}');
        Some(out)
    }
}

/// Writes the name of a further member of the object that `out` has open.
pub(crate) fn member_name(out: &mut String, name: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    out.push_str(&serde_json::Value::from(name).to_string());
    out.push(':');
}

/// Declares a struct with the lifetime `'a` that is read from a JSON object:
/// every field an option, null being nothing, and `rest` for other members.
/// Whole numbers may be written as `100.0`. A field may have further spellings,
/// of which one request has one.
macro_rules! object {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $type:ty = $key:literal $(| $alias:literal)*,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(crate) struct $name<'a> {
            $($(#[$field_meta])* pub(crate) $field: Option<$type>,)*
            /// Members that no field stands for.
            pub(crate) rest: $crate::dialect::read::Rest<'a>,
        }

        impl<'de: 'a, 'a> serde::Deserialize<'de> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Members<'a>(std::marker::PhantomData<&'a ()>);

                impl<'de: 'a, 'a> serde::de::Visitor<'de> for Members<'a> {
                    type Value = $name<'a>;

                    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        to.write_str("a JSON object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut object = $name::default();
                        $(let mut $field = false;)*
                        while let Some(key) = map.next_key::<$crate::dialect::read::Text<'a>>()? {
                            match &*key.0 {
                                $($key $(| $alias)* => {
                                    if std::mem::replace(&mut $field, true) {
                                        return Err(serde::de::Error::duplicate_field($key));
                                    }
                                    object.$field = map.next_value_seed($crate::dialect::read::Value::new())?;
                                })*
                                _ => object.rest.push(key.0, map.next_value()?),
                            }
                        }
                        Ok(object)
                    }
                }

                from.deserialize_map(Members(std::marker::PhantomData))
            }
        }
    };
}

impl<'de: 'a, 'a> serde::Deserialize<'de> for Rest<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Everything::deserialize(from).map(|object| object.rest)
    }
}

object! {
    /// An object of unknown members only.
    Everything {}
}
