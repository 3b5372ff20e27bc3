//! Values that are lists of small texts: `name=value` pairs, patterns of model
//! names, members to rename or to leave out.

use jackfield_sdk::types::Error;

use super::{Values, misconfigured};

/// A model's name in which `*` stands for any text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern(String);

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        Pattern(text.to_owned())
    }

    pub(crate) fn matches(&self, model: &str) -> bool {
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = model.strip_prefix(first) else { return false };
        let Some(last) = pieces.next_back() else { return rest.is_empty() };
        for piece in pieces {
            match rest.split_once(piece) {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

/// Several of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Patterns(Vec<Pattern>);

impl Patterns {
    pub(crate) fn read(from: &dyn Values, name: &str) -> Self {
        Patterns(from.texts(name).unwrap_or_default().iter().map(|text| Pattern::new(text)).collect())
    }

    pub(crate) fn match_any(&self, model: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches(model))
    }
}

/// Members of a request that go by another name, or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Edits {
    /// From and to.
    pub(crate) rename: Vec<(String, String)>,
    /// What, and for which models; without a pattern for all.
    pub(crate) drop: Vec<(String, Option<Pattern>)>,
}

impl Edits {
    pub(crate) fn read(from: &dyn Values) -> Result<Self, Error> {
        let drop = from.texts("drop").unwrap_or_default();
        Ok(Edits {
            rename: pairs(from, "rename", '=')?,
            drop: drop
                .into_iter()
                .map(|entry| match entry.split_once('@') {
                    Some((name, models)) => (name.trim().to_owned(), Some(Pattern::new(models.trim()))),
                    None => (entry.trim().to_owned(), None),
                })
                .collect(),
        })
    }

    /// The members that this model doesn't take.
    pub(crate) fn dropped<'a>(&'a self, model: &'a str) -> impl Iterator<Item = &'a str> {
        self.drop
            .iter()
            .filter(move |(_, only)| only.as_ref().is_none_or(|pattern| pattern.matches(model)))
            .map(|(name, _)| name.as_str())
    }
}

/// Entries like `api-version=2024-10-21` or `X-Title: Jackfield`.
pub(super) fn pairs(from: &dyn Values, name: &str, separator: char) -> Result<Vec<(String, String)>, Error> {
    from.texts(name)
        .unwrap_or_default()
        .into_iter()
        .map(|entry| match entry.split_once(separator) {
            Some((left, right)) if !left.trim().is_empty() => {
                Ok((left.trim().to_owned(), right.trim().to_owned()))
            }
            _ => Err(misconfigured(
                name,
                format_args!("has the entry `{entry}`, which must look like `name{separator}value`"),
            )),
        })
        .collect()
}
