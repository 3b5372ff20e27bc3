//! Reads a query and refuses what can't be meant.

use regex::RegexBuilder;
use serde_json::Value;

use super::{Field, Query, Test};
use crate::config::read::Item;
use crate::suggest::advice;

/// The most bytes that a compiled expression may have. Clients send them.
pub(crate) const REGEX_SIZE: usize = 256 * 1024;

/// The most expressions of one config: each is compiled, which takes time, and
/// kept, which takes memory, whether a request ever meets it or not.
pub(crate) const EXPRESSIONS: usize = 32;

/// The most questions of one config about a body, which is read for each.
const LOOKS: usize = 200;

/// How deep `$and` and `$or` may lie within each other.
const DEPTH: usize = 16;

const OPERATORS: [&str; 9] = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$regex"];

/// Reads a query; what is wrong with it was reported where there is none.
pub(crate) fn read(item: &Item<'_>) -> Option<Query> {
    object(item, 0)
}

fn object(item: &Item<'_>, depth: usize) -> Option<Query> {
    if depth > DEPTH {
        item.reject(format!("more than {DEPTH} levels of $and and $or: write it flatter"));
        return None;
    }
    let mut all = Vec::new();
    for (name, value) in item.entries()? {
        match name.as_str() {
            "$and" => all.push(Query::All(alternatives(&value, depth)?)),
            "$or" => all.push(Query::Any(alternatives(&value, depth)?)),
            _ => {
                let Some(field) = field(&name) else {
                    value.reject(
                        "this can't be asked about: write $and, $or, `metadata.NAME`, `params.NAME` or `url.pathname`",
                    );
                    continue;
                };
                if matches!(field, Field::Param(_)) && item.report.look() > LOOKS {
                    value.reject(format!(
                        "more than {LOOKS} questions about parameters: ask about metadata instead"
                    ));
                    return None;
                }
                all.extend(tests(&value)?.into_iter().map(|test| Query::Field(field.clone(), test)));
            }
        }
    }
    Some(if all.len() == 1 { all.remove(0) } else { Query::All(all) })
}

fn alternatives(item: &Item<'_>, depth: usize) -> Option<Vec<Query>> {
    let elements = item.array()?;
    if elements.is_empty() {
        item.reject("this list is empty: write at least one query into it");
        return None;
    }
    Some(elements.iter().filter_map(|element| object(element, depth + 1)).collect())
}

fn field(name: &str) -> Option<Field> {
    let (root, rest) = name.split_once('.')?;
    if rest.is_empty() || rest.split('.').any(str::is_empty) {
        return None;
    }
    match (root, rest) {
        ("metadata", name) => Some(Field::Metadata(name.to_owned())),
        ("params", path) => Some(Field::Param(path.to_owned())),
        ("url", "pathname") => Some(Field::Path),
        _ => None,
    }
}

fn tests(item: &Item<'_>) -> Option<Vec<Test>> {
    match item.raw().as_bytes().first() {
        Some(b'{') => {}
        Some(b'[') => {
            item.reject("a list can't be compared: write {\"$in\": [...]}");
            return None;
        }
        _ => return Some(vec![Test::Equal(value(item)?)]),
    }
    let operators = item.entries()?;
    if operators.is_empty() {
        item.reject("this asks nothing: write a value or an operator such as {\"$eq\": ...}");
    }
    Some(operators.iter().filter_map(|(name, operand)| test(name, operand)).collect())
}

fn test(name: &str, operand: &Item<'_>) -> Option<Test> {
    Some(match name {
        "$eq" => Test::Equal(scalar(operand)?),
        "$ne" => Test::NotEqual(scalar(operand)?),
        "$gt" => Test::Greater(number(operand)?),
        "$gte" => Test::AtLeast(number(operand)?),
        "$lt" => Test::Less(number(operand)?),
        "$lte" => Test::AtMost(number(operand)?),
        "$in" => Test::In(scalars(operand)?),
        "$nin" => Test::NotIn(scalars(operand)?),
        "$regex" => {
            let text = operand.string()?;
            if operand.report.expression() > EXPRESSIONS {
                operand.reject(format!("more than {EXPRESSIONS} expressions in one config: write fewer"));
                return None;
            }
            let built = RegexBuilder::new(&text).size_limit(REGEX_SIZE).dfa_size_limit(REGEX_SIZE).build();
            let reject = |error: regex::Error| {
                operand.reject(format!("this expression can't be used (look-around and back-references don't exist here): {error}"));
            };
            Test::Regex(built.map_err(reject).ok()?)
        }
        _ => {
            operand.reject(format!("unknown operator; {}", advice(name, OPERATORS)));
            return None;
        }
    })
}

fn value(item: &Item<'_>) -> Option<Value> {
    serde_json::from_str(item.raw()).map_err(|error| item.reject(error.to_string())).ok()
}

fn scalar(item: &Item<'_>) -> Option<Value> {
    if item.raw().starts_with(['{', '[']) {
        item.reject("only a text, a number, true, false or null can be compared");
        return None;
    }
    value(item)
}

fn scalars(item: &Item<'_>) -> Option<Vec<Value>> {
    Some(item.array()?.iter().filter_map(scalar).collect())
}

fn number(item: &Item<'_>) -> Option<f64> {
    if item.is_string() {
        let number = super::eval::numeric(&item.string()?);
        if number.is_none() {
            item.reject("this text isn't a number: write a number");
        }
        return number;
    }
    item.number()
}
