//! A set of HTTP methods, as manifests and grants list them.

use std::fmt;

use http::Method;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the set can hold, in the order in which it is shown. `CONNECT` and
/// `TRACE` are missing on purpose: one makes a tunnel, the other echoes
/// credentials.
const KNOWN: [Method; 7] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];

/// A set of HTTP methods.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Methods(u8);

/// A method that can't be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("method `{0}` can't be used; known are GET, POST, PUT, PATCH, DELETE, HEAD and OPTIONS, in capitals")]
pub struct UnknownMethod(pub String);

impl Methods {
    /// Every method that can be sent.
    pub const ALL: Self = Self(0x7f);

    /// None.
    pub const NONE: Self = Self(0);

    fn bit(method: &Method) -> Option<u8> {
        KNOWN.iter().position(|known| known == method).map(|at| 1 << at)
    }

    /// Whether the method is in the set.
    pub fn contains(self, method: &Method) -> bool {
        Self::bit(method).is_some_and(|bit| self.0 & bit != 0)
    }

    /// The set with one more method.
    ///
    /// # Errors
    /// For methods that can't be sent.
    pub fn with(self, method: &Method) -> Result<Self, UnknownMethod> {
        Self::bit(method).map(|bit| Self(self.0 | bit)).ok_or_else(|| UnknownMethod(method.to_string()))
    }

    /// The set of these names.
    ///
    /// # Errors
    /// For names of methods that can't be sent, lower-case ones among them:
    /// methods are case-sensitive.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownMethod> {
        names.into_iter().try_fold(Self::NONE, |set, name| {
            let method: Method = name.parse().map_err(|_| UnknownMethod(name.to_owned()))?;
            set.with(&method)
        })
    }

    /// Its members, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        const NAMES: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
        NAMES.into_iter().enumerate().filter_map(move |(at, name)| (self.0 & (1 << at) != 0).then_some(name))
    }
}

/// As a TOML or JSON list.
impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (at, name) in self.iter().enumerate() {
            write!(f, "{}\"{name}\"", if at == 0 { "" } else { ", " })?;
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Methods {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Methods {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Self::from_names(names.iter().map(String::as_str)).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_named_and_nothing_else() {
        let set = Methods::from_names(["GET", "POST"]).unwrap();
        assert!(set.contains(&Method::GET) && set.contains(&Method::POST));
        assert!(!set.contains(&Method::DELETE));
        assert!(KNOWN.iter().all(|m| Methods::ALL.contains(m) && !Methods::NONE.contains(m)));
        assert_eq!(set.to_string(), r#"["GET", "POST"]"#);
        assert_eq!(Methods::ALL.iter().collect::<Vec<_>>(), KNOWN.each_ref().map(Method::as_str));
    }

    #[test]
    fn tunnels_echoes_and_inventions_are_in_no_set() {
        for name in ["CONNECT", "TRACE", "get", "Post", "PROPFIND", "", "GET "] {
            assert!(Methods::from_names([name]).is_err(), "{name:?}");
            if let Ok(method) = name.parse::<Method>() {
                assert!(!Methods::ALL.contains(&method), "{name:?}");
            }
        }
    }
}
