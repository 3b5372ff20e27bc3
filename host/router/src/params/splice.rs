//! Writes a body anew from pieces of the old one.

use std::collections::HashSet;
use std::fmt;

use bytes::Bytes;
use serde::Deserializer as _;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Params;
use super::path::Cut;

/// A member of an object or an element of a list, as pieces of the text.
struct Piece<'t> {
    /// The name's text with its quotes; none in a list.
    key: Option<&'t str>,
    value: &'t str,
}

pub(super) fn apply(params: &Params, body: &Bytes) -> Result<Bytes, serde_json::Error> {
    let text = std::str::from_utf8(body).map_err(serde::de::Error::custom)?;
    let members = members(text)?;
    let names: Vec<String> = members.iter().map(Piece::name).collect::<Result<_, _>>()?;
    let cut = Cut::root(&params.drops);
    let added: usize = [&params.overrides, &params.defaults]
        .into_iter()
        .flatten()
        .map(|(name, value)| name.len() + value.text().len() + 8)
        .sum();
    let mut out = Writer { out: String::with_capacity(text.len() + added), rest: text.trim(), first: true };
    out.open("{");
    for (member, name) in members.iter().zip(&names) {
        let replaced = params.overriding(name).map(crate::json::Json::text);
        out.piece(member, &cut.field(name), replaced)?;
    }
    let names: HashSet<&String> = names.iter().collect();
    let new = params.overrides.iter().chain(&params.defaults);
    for (place, (name, value)) in new.enumerate() {
        let is_override = place < params.overrides.len();
        let there = names.contains(name) || (!is_override && params.overriding(name).is_some());
        if !there {
            out.added(name, value.text(), &cut.field(name))?;
        }
    }
    out.close();
    Ok(Bytes::from(out.out))
}

/// Copies a text, leaving out and replacing pieces of it.
struct Writer<'t> {
    out: String,
    /// What has not been copied yet.
    rest: &'t str,
    /// Whether nothing was written into the object or list yet.
    first: bool,
}

impl<'t> Writer<'t> {
    fn open(&mut self, bracket: &str) {
        self.out.push_str(bracket);
        self.rest = &self.rest[bracket.len()..];
        self.first = true;
    }

    /// Copies one piece, or what is left of it.
    fn piece(
        &mut self,
        piece: &Piece<'t>,
        cut: &Cut<'_>,
        replaced: Option<&str>,
    ) -> Result<(), serde_json::Error> {
        let start = piece.key.unwrap_or(piece.value);
        let before = self.until(start);
        if cut.whole() {
            self.until_end_of(piece.value);
            return Ok(());
        }
        // The comma that parts this piece from the one before belongs to the
        // text only if that one was kept.
        match before.split_once(',') {
            Some((space, after)) if self.first => self.push(&[space, after]),
            None if !self.first => self.push(&[",", before]),
            _ => self.push(&[before]),
        }
        self.first = false;
        let gap = self.until(piece.value);
        self.push(&[gap]);
        self.until_end_of(piece.value);
        value(replaced.unwrap_or(piece.value), cut, &mut self.out)
    }

    /// Writes a member that the text doesn't have.
    fn added(&mut self, name: &str, text: &str, cut: &Cut<'_>) -> Result<(), serde_json::Error> {
        if cut.whole() {
            return Ok(());
        }
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        self.out.push_str(&serde_json::to_string(name)?);
        self.out.push(':');
        value(text, cut, &mut self.out)
    }

    /// Copies what is left: white space and the closing bracket.
    fn close(&mut self) {
        self.out.push_str(self.rest);
    }

    fn push(&mut self, texts: &[&str]) {
        texts.iter().for_each(|text| self.out.push_str(text));
    }

    /// What stands before `piece`, which is a part of the rest, and goes there.
    fn until(&mut self, piece: &str) -> &'t str {
        let length = (piece.as_ptr() as usize).saturating_sub(self.rest.as_ptr() as usize);
        let (before, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        before
    }

    fn until_end_of(&mut self, piece: &str) {
        self.until(piece);
        self.rest = self.rest.get(piece.len()..).unwrap_or("");
    }
}

/// Writes a value without what is cut from it.
fn value(text: &str, cut: &Cut<'_>, out: &mut String) -> Result<(), serde_json::Error> {
    let pieces = match text.as_bytes().first() {
        Some(b'{') if !cut.nothing() => members(text)?,
        Some(b'[') if !cut.nothing() => elements(text)?,
        _ => {
            out.push_str(text);
            return Ok(());
        }
    };
    let mut writer = Writer { out: std::mem::take(out), rest: text, first: true };
    writer.open(&text[..1]);
    for (place, piece) in pieces.iter().enumerate() {
        let cut = if piece.key.is_some() { cut.field(&piece.name()?) } else { cut.element(place) };
        writer.piece(piece, &cut, None)?;
    }
    writer.close();
    *out = writer.out;
    Ok(())
}

impl Piece<'_> {
    fn name(&self) -> Result<String, serde_json::Error> {
        self.key.map_or(Ok(String::new()), serde_json::from_str)
    }
}

fn members(text: &str) -> Result<Vec<Piece<'_>>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let pieces = reader.deserialize_map(Pieces)?;
    reader.end()?;
    Ok(pieces)
}

fn elements(text: &str) -> Result<Vec<Piece<'_>>, serde_json::Error> {
    serde_json::Deserializer::from_str(text).deserialize_seq(Pieces)
}

struct Pieces;

impl<'t> Visitor<'t> for Pieces {
    type Value = Vec<Piece<'t>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'t>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut pieces = Vec::with_capacity(16);
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            pieces.push(Piece { key: Some(key.get()), value: value.get() });
        }
        Ok(pieces)
    }

    fn visit_seq<S: SeqAccess<'t>>(self, mut sequence: S) -> Result<Self::Value, S::Error> {
        let mut pieces = Vec::with_capacity(16);
        while let Some(value) = sequence.next_element::<&RawValue>()? {
            pieces.push(Piece { key: None, value: value.get() });
        }
        Ok(pieces)
    }
}
