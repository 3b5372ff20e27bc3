//! From a schema as JSON to its rules.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::read::{array, count, kinds, names, number, object, text};
use super::{At, Check, Unknown};
use crate::flaw::Flaw;
use crate::pointer::Pointer;

/// The most schemas within one.
const NODES: usize = 20_000;

/// Keywords that say something to a person or a model, and nothing to check.
const ANNOTATIONS: [&str; 17] = [
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "format",
    "contentEncoding",
    "contentMediaType",
    "$comment",
    "$schema",
    "$id",
    "$anchor",
    "$defs",
    "definitions",
];

/// Keywords that stand beside another one and are read with it.
const BESIDE: [&str; 6] =
    ["properties", "patternProperties", "additionalProperties", "items", "then", "else"];

pub(super) fn compile(schema: &Value, place: &str, unknown: Unknown) -> Result<Vec<Vec<Check>>, Flaw> {
    let mut compiler = Compiler { root: schema, unknown, nodes: Vec::new(), known: BTreeMap::new() };
    compiler.node(schema, place)?;
    Ok(compiler.nodes)
}

struct Compiler<'s> {
    root: &'s Value,
    unknown: Unknown,
    nodes: Vec<Vec<Check>>,
    /// References that were followed, by their text.
    known: BTreeMap<&'s str, At>,
}

impl<'s> Compiler<'s> {
    fn node(&mut self, schema: &'s Value, place: &str) -> Result<At, Flaw> {
        let at = self.nodes.len();
        if at >= NODES {
            return Err(Flaw::new(place, format!("the schema has more than {NODES} parts: simplify it")));
        }
        self.nodes.push(Vec::new());
        self.fill(at, schema, place)?;
        Ok(at)
    }

    fn fill(&mut self, at: At, schema: &'s Value, place: &str) -> Result<(), Flaw> {
        let checks = match schema {
            Value::Bool(true) => Vec::new(),
            Value::Bool(false) => vec![Check::Never],
            Value::Object(keywords) => {
                let mut checks = Vec::new();
                for (keyword, value) in keywords {
                    if let Some(check) =
                        self.keyword(keywords, keyword, value, &format!("{place}.{keyword}"))?
                    {
                        checks.push(check);
                    }
                }
                self.members(keywords, place, &mut checks)?;
                self.items(keywords, place, &mut checks)?;
                checks
            }
            _ => {
                return Err(Flaw::new(
                    place,
                    "a schema is a table, true or false: write one such as { type = \"string\" }",
                ));
            }
        };
        self.nodes[at] = checks;
        Ok(())
    }

    fn keyword(
        &mut self,
        all: &'s Map<String, Value>,
        keyword: &str,
        value: &'s Value,
        place: &str,
    ) -> Result<Option<Check>, Flaw> {
        Ok(Some(match keyword {
            "type" => Check::Kinds(kinds(value, place)?),
            "enum" => Check::OneOf(array(value, place)?.clone()),
            "const" => Check::Equals(value.clone()),
            "minimum" => Check::Minimum(number(value, place)?),
            "maximum" => Check::Maximum(number(value, place)?),
            "exclusiveMinimum" => Check::Above(number(value, place)?),
            "exclusiveMaximum" => Check::Below(number(value, place)?),
            "multipleOf" => match number(value, place)?.as_f64() {
                Some(step) if step > 0.0 => Check::MultipleOf(step),
                _ => return Err(Flaw::new(place, "write a number above 0")),
            },
            "minLength" => Check::MinLength(count(value, place)?),
            "maxLength" => Check::MaxLength(count(value, place)?),
            "pattern" => match self.pattern(text(value, place)?, place)? {
                Some(pattern) => Check::Pattern(pattern),
                None => return Ok(None),
            },
            "minItems" => Check::MinItems(count(value, place)?),
            "maxItems" => Check::MaxItems(count(value, place)?),
            "uniqueItems" => match value {
                Value::Bool(true) => Check::Unique,
                Value::Bool(false) => return Ok(None),
                _ => return Err(Flaw::new(place, "write true or false")),
            },
            "contains" => Check::Contains(self.node(value, place)?),
            "minProperties" => Check::MinProperties(count(value, place)?),
            "maxProperties" => Check::MaxProperties(count(value, place)?),
            "required" => Check::Required(names(value, place)?),
            "dependentRequired" => {
                let needs = object(value, place)?.iter();
                let needs = needs.map(|(name, value)| Ok((name.clone(), names(value, place)?)));
                Check::DependentRequired(needs.collect::<Result<_, Flaw>>()?)
            }
            "propertyNames" => Check::PropertyNames(self.node(value, place)?),
            "$ref" => Check::Same(self.reference(text(value, place)?, place)?),
            "allOf" => Check::All(self.each(value, place)?),
            "anyOf" => Check::Any(self.each(value, place)?),
            "oneOf" => Check::Exactly(self.each(value, place)?),
            "not" => Check::Not(self.node(value, place)?),
            "if" => {
                let mut branch = |name| all.get(name).map(|schema| self.node(schema, place)).transpose();
                let (then, otherwise) = (branch("then")?, branch("else")?);
                Check::If { test: self.node(value, place)?, then, otherwise }
            }
            "prefixItems" => return array(value, place).map(|_| None),
            annotation if ANNOTATIONS.contains(&annotation) || annotation.starts_with("x-") => {
                return Ok(None);
            }
            beside if BESIDE.contains(&beside) => return Ok(None),
            _ if self.unknown == Unknown::Ignore => return Ok(None),
            "nullable" => {
                return Err(Flaw::new(place, "this is OpenAPI 3.0: write type = [\"...\", \"null\"]"));
            }
            _ => {
                return Err(Flaw::new(
                    place,
                    "this keyword isn't checked here: express it otherwise, or remove it",
                ));
            }
        }))
    }

    /// `properties`, `patternProperties` and `additionalProperties`, which
    /// together say what the members are.
    fn members(
        &mut self,
        keywords: &'s Map<String, Value>,
        place: &str,
        checks: &mut Vec<Check>,
    ) -> Result<(), Flaw> {
        let mut named = Vec::new();
        if let Some(value) = keywords.get("properties") {
            for (name, schema) in object(value, &format!("{place}.properties"))? {
                named.push((name.clone(), self.node(schema, &format!("{place}.properties.{name}"))?));
            }
        }
        let mut patterns = Vec::new();
        if let Some(value) = keywords.get("patternProperties") {
            for (text, schema) in object(value, &format!("{place}.patternProperties"))? {
                let place = format!("{place}.patternProperties.{text}");
                let at = self.node(schema, &place)?;
                match self.pattern(text, &place)? {
                    Some(pattern) => patterns.push((pattern, at)),
                    // What the pattern would have allowed mustn't be refused for it.
                    None => {
                        checks.push(Check::Members { named, patterns: Vec::new(), others: None });
                        return Ok(());
                    }
                }
            }
        }
        let others = keywords.get("additionalProperties");
        let others = others.map(|schema| self.node(schema, &format!("{place}.additionalProperties")));
        let others = others.transpose()?;
        if !named.is_empty() || !patterns.is_empty() || others.is_some() {
            checks.push(Check::Members { named, patterns, others });
        }
        Ok(())
    }

    /// `prefixItems` and `items`.
    fn items(
        &mut self,
        keywords: &'s Map<String, Value>,
        place: &str,
        checks: &mut Vec<Check>,
    ) -> Result<(), Flaw> {
        let first =
            keywords.get("prefixItems").map(|value| self.each(value, &format!("{place}.prefixItems")));
        let first = first.transpose()?.unwrap_or_default();
        let rest = match keywords.get("items") {
            Some(Value::Array(_)) => {
                return Err(Flaw::new(
                    format!("{place}.items"),
                    "a list of schemas is written as prefixItems",
                ));
            }
            Some(schema) => Some(self.node(schema, &format!("{place}.items"))?),
            None => None,
        };
        if !first.is_empty() || rest.is_some() {
            checks.push(Check::Items { first, rest });
        }
        Ok(())
    }

    fn each(&mut self, value: &'s Value, place: &str) -> Result<Vec<At>, Flaw> {
        let schemas = array(value, place)?;
        if schemas.is_empty() {
            return Err(Flaw::new(place, "the list is empty: write at least one schema"));
        }
        schemas
            .iter()
            .enumerate()
            .map(|(index, schema)| self.node(schema, &format!("{place}[{index}]")))
            .collect()
    }

    fn reference(&mut self, text: &'s str, place: &str) -> Result<At, Flaw> {
        if let Some(at) = self.known.get(text) {
            return Ok(*at);
        }
        let Some(pointer) = text.strip_prefix('#') else {
            return Err(Flaw::new(
                place,
                format!("`{text}` is in another document: only `#/...` is followed"),
            ));
        };
        let pointer = Pointer::parse(pointer).map_err(|message| Flaw::new(place, message))?;
        let root: &'s Value = self.root;
        let target =
            pointer.get(root).ok_or_else(|| Flaw::new(place, format!("there is nothing at `{text}`")))?;
        let at = self.nodes.len();
        // Known before it is read, for it may refer to itself.
        self.known.insert(text, at);
        self.node(target, place)
    }

    /// A pattern of ECMA-262, as far as it is one that takes time in proportion
    /// to the text.
    fn pattern(&self, text: &str, place: &str) -> Result<Option<Regex>, Flaw> {
        match Regex::new(text) {
            Ok(pattern) => Ok(Some(pattern)),
            Err(_) if self.unknown == Unknown::Ignore => Ok(None),
            Err(error) => Err(Flaw::new(
                place,
                format!("{error}; write a pattern without look-around, back-references and \\p classes"),
            )),
        }
    }
}
