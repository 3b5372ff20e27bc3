//! Paths of parameters that are taken away: `logprobs`, `messages[*].name`,
//! `tools[0].function.strict`, `metadata["odd.name"]`.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

/// The most steps of a path. Clients write paths, and a body is walked to the end
/// of each: without a bound, a path and a body that are deep enough would end the
/// program for want of stack.
const DEPTH: usize = 32;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    Field(String),
    Element(usize),
    Every,
}

/// The path of a parameter that is taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drop(Vec<Step>);

/// Why a text isn't a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} isn't a path ({flaw}): write one such as `logprobs` or `messages[*].name`")]
pub struct DropError {
    path: String,
    flaw: &'static str,
}

impl Drop {
    /// Whether the whole path is this field of the body.
    pub(crate) fn is_field(&self, name: &str) -> bool {
        matches!(self.0.as_slice(), [Step::Field(field)] if field == name)
    }
}

impl FromStr for Drop {
    type Err = DropError;

    fn from_str(path: &str) -> Result<Self, DropError> {
        let error = |flaw| DropError { path: path.to_owned(), flaw };
        let mut steps = Vec::new();
        let mut rest = path;
        while !rest.is_empty() {
            if steps.len() == DEPTH {
                return Err(error("it has more than 32 steps"));
            }
            if let Some(inner) = rest.strip_prefix('[') {
                let (step, after) = bracket(inner).map_err(error)?;
                steps.push(step);
                rest = after;
            } else {
                let name = match rest.strip_prefix('.') {
                    Some(_) if steps.is_empty() => return Err(error("it begins with a dot")),
                    Some(name) => name,
                    None if steps.is_empty() => rest,
                    None => return Err(error("a dot is missing after a bracket")),
                };
                let end = name.find(['.', '[']).unwrap_or(name.len());
                if end == 0 {
                    return Err(error("a name is missing"));
                }
                steps.push(Step::Field(name[..end].to_owned()));
                rest = &name[end..];
            }
        }
        match steps.first() {
            Some(Step::Field(_)) => Ok(Self(steps)),
            Some(_) => Err(error("it begins with a list, and a body is an object")),
            None => Err(error("it is empty")),
        }
    }
}

/// What stands in brackets, and what comes after them.
fn bracket(inner: &str) -> Result<(Step, &str), &'static str> {
    if inner.starts_with('"') {
        let mut names = serde_json::Deserializer::from_str(inner).into_iter::<String>();
        let name = names.next().and_then(Result::ok).ok_or("a quote is missing")?;
        let after = &inner[names.byte_offset()..];
        return Ok((Step::Field(name), after.strip_prefix(']').ok_or("a bracket is missing")?));
    }
    let (step, after) = inner.split_once(']').ok_or("a bracket is missing")?;
    if step == "*" {
        return Ok((Step::Every, after));
    }
    if !step.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("brackets hold a number, a name in quotes or *");
    }
    Ok((Step::Element(step.parse().map_err(|_| "brackets hold a number, a name in quotes or *")?), after))
}

impl fmt::Display for Drop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if name.contains(['.', '[', ']', '"']) => write!(f, "[{name:?}]")?,
                Step::Field(name) => write!(f, "{}{name}", if place > 0 { "." } else { "" })?,
                Step::Element(number) => write!(f, "[{number}]")?,
                Step::Every => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

/// Paths as a tree, so that one walk over a body finds them all.
#[derive(Debug, Clone, Default)]
pub(super) struct Drops {
    /// The value at this place itself is taken away.
    whole: bool,
    branches: HashMap<Step, Drops>,
}

impl Drops {
    pub(super) fn is_empty(&self) -> bool {
        !self.whole && self.branches.is_empty()
    }

    pub(super) fn add(&mut self, drop: &Drop) {
        let mut place = self;
        for step in &drop.0 {
            place = place.branches.entry(step.clone()).or_default();
        }
        place.whole = true;
    }

    /// About how many bytes it keeps.
    pub(super) fn bytes(&self) -> usize {
        let of = |(step, below): (&Step, &Self)| match step {
            Step::Field(name) => 128 + name.len() + below.bytes(),
            Step::Element(_) | Step::Every => 128 + below.bytes(),
        };
        self.branches.iter().map(of).sum()
    }

    fn at(&self, step: &Step) -> Option<&Self> {
        if self.branches.is_empty() { None } else { self.branches.get(step) }
    }
}

/// What happens to one value: the branches that lead to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Cut<'d>(Vec<&'d Drops>);

impl<'d> Cut<'d> {
    pub(super) fn root(drops: &'d Drops) -> Self {
        Self(vec![drops])
    }

    /// The value is taken away.
    pub(super) fn whole(&self) -> bool {
        self.0.iter().any(|drops| drops.whole)
    }

    /// The value stays as it is.
    pub(super) fn nothing(&self) -> bool {
        self.0.iter().all(|drops| drops.is_empty())
    }

    /// What happens to a field of the object at this place.
    pub(super) fn field(&self, name: &str) -> Self {
        if self.nothing() {
            return Self::default();
        }
        let step = Step::Field(name.to_owned());
        Self(self.0.iter().filter_map(|drops| drops.at(&step)).collect())
    }

    /// What happens to an element of the list at this place.
    pub(super) fn element(&self, number: usize) -> Self {
        let steps = [Step::Element(number), Step::Every];
        Self(self.0.iter().flat_map(|drops| steps.iter().filter_map(|step| drops.at(step))).collect())
    }
}
