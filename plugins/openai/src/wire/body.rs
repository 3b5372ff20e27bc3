//! A request body in the making: a flat list of named members, so that a member
//! can be renamed, dropped or overruled by what the caller or the operator
//! says, without building a tree of everything else.

use std::borrow::Cow;

use jackfield_sdk::types::Error;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::items::{self, Item};
use super::message::{AudioOut, Message, ResponseFormat, Tool, ToolChoice};

/// A JSON object.
#[derive(Debug, Default)]
pub(crate) struct Body<'a>(Vec<(Cow<'a, str>, Member<'a>)>);

/// The value of one member.
#[derive(Debug, serde::Serialize)]
#[serde(untagged)]
pub(crate) enum Member<'a> {
    Text(Cow<'a, str>),
    Texts(Cow<'a, [String]>),
    TextRefs(Vec<&'a str>),
    Tokens(Vec<&'a [u32]>),
    Integer(i64),
    Number(f64),
    Flag(bool),
    #[serde(serialize_with = "as_map")]
    Labels(&'a [(String, String)]),
    StreamOptions {
        include_usage: bool,
    },
    Messages(Vec<Message<'a>>),
    Tools(Vec<Tool<'a>>),
    ToolChoice(ToolChoice<'a>),
    ResponseFormat(ResponseFormat<'a>),
    AudioOut(AudioOut<'a>),
    InputObjects(Vec<super::embedding::InputObject<'a>>),
    Items(Vec<Item<'a>>),
    FlatTools(Vec<items::Tool<'a>>),
    FlatToolChoice(items::ToolChoice<'a>),
    TextOptions(items::TextOptions<'a>),
    Reasoning(items::Reasoning<'a>),
    Json(&'a RawValue),
}

impl<'a> Body<'a> {
    /// Sets a member; one of that name is replaced in its place.
    pub(crate) fn set(&mut self, name: impl Into<Cow<'a, str>>, value: Member<'a>) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(member) => member.1 = value,
            None => self.0.push((name, value)),
        }
    }

    /// Sets a text where there is one.
    pub(crate) fn text(&mut self, name: &'static str, value: Option<&'a String>) {
        if let Some(value) = value {
            self.set(name, Member::Text(Cow::Borrowed(value)));
        }
    }

    /// Sets a number where there is one.
    pub(crate) fn number(&mut self, name: &'static str, value: Option<f64>) {
        if let Some(value) = value {
            self.set(name, Member::Number(value));
        }
    }

    /// Sets a whole number where there is one.
    pub(crate) fn integer(&mut self, name: &'static str, value: Option<impl Into<i64>>) {
        if let Some(value) = value {
            self.set(name, Member::Integer(value.into()));
        }
    }

    /// Removes a member. Whether it was there.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(known, _)| known != name);
        self.0.len() < before
    }

    /// Gives a member another name.
    pub(crate) fn rename(&mut self, from: &str, to: &'a str) {
        if let Some(place) = self.0.iter().position(|(known, _)| known == from) {
            let (_, value) = self.0.remove(place);
            self.set(to, value);
        }
    }

    /// Lays the members of a caller's JSON object over this one: the caller's
    /// value wins, null removes.
    pub(crate) fn merge(&mut self, extra: Option<&'a str>) -> Result<(), Error> {
        let Some(extra) = extra else { return Ok(()) };
        let extra: Members<'a> = serde_json::from_str(extra)
            .map_err(|error| Error::invalid_request(format!("`extra` must be a JSON object: {error}")))?;
        for (name, value) in extra.0 {
            if value.get() == "null" {
                self.remove(&name);
            } else {
                self.set(name, Member::Json(value));
            }
        }
        Ok(())
    }
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The members of an object in their order, values unread.
#[derive(Debug)]
pub(crate) struct Members<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct MembersVisitor<'a>(std::marker::PhantomData<&'a ()>);

        impl<'de: 'a, 'a> serde::de::Visitor<'de> for MembersVisitor<'a> {
            type Value = Members<'a>;

            fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                to.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<super::value::Text<'a>, &'de RawValue>()? {
                    members.push((name.0, value));
                }
                Ok(Members(members))
            }
        }

        from.deserialize_map(MembersVisitor(std::marker::PhantomData))
    }
}

fn as_map<S: Serializer>(labels: &&[(String, String)], to: S) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(labels.len()))?;
    for (name, value) in *labels {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Body<'static> {
        let mut body = Body::default();
        body.set("model", Member::Text("m".into()));
        body.integer("seed", Some(7));
        body.number("top_p", Some(0.5));
        body
    }

    fn written(body: &Body<'_>) -> String {
        serde_json::to_string(body).unwrap()
    }

    #[test]
    fn members_are_renamed_and_removed_in_place() {
        let mut body = sample();
        body.rename("seed", "random_seed");
        assert!(body.remove("top_p"));
        assert!(!body.remove("top_p"));
        assert_eq!(written(&body), r#"{"model":"m","random_seed":7}"#);
    }

    #[test]
    fn extra_replaces_adds_and_removes() {
        let mut body = sample();
        body.merge(Some(r#"{"seed": 8, "top_p": null, "new": {"a": [1, 2]}}"#)).unwrap();
        assert_eq!(written(&body), r#"{"model":"m","seed":8,"new":{"a": [1, 2]}}"#);
    }

    #[test]
    fn extra_that_is_no_object_is_refused() {
        for extra in ["[]", "{", "1", ""] {
            let error = sample().merge(Some(extra)).unwrap_err();
            assert!(error.message.contains("`extra`"), "{}", error.message);
        }
    }

    #[test]
    fn labels_become_an_object() {
        let labels = [("team".to_owned(), "red \"1\"".to_owned())];
        let mut body = Body::default();
        body.set("metadata", Member::Labels(&labels));
        assert_eq!(written(&body), r#"{"metadata":{"team":"red \"1\""}}"#);
    }
}
