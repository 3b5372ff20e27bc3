//! `[tools.NAME.pages]`: how an answer goes on.

use super::Fields;
use crate::flaw::Flaw;
use crate::pointer::Pointer;
use crate::tool::{Body, Into, Next, Pages, Verb};

/// The words for the ways.
#[derive(Debug, Clone, Copy)]
enum Style {
    Cursor,
    Offset,
    Page,
    Link,
    Address,
}

const STYLES: [(&str, Style); 5] = [
    ("cursor", Style::Cursor),
    ("offset", Style::Offset),
    ("page", Style::Page),
    ("link", Style::Link),
    ("address", Style::Address),
];

pub(super) fn read(mut fields: Fields<'_>, method: Verb, body: &Body) -> Result<Pages, Flaw> {
    let style = fields.word("style", &STYLES)?;
    let style =
        style.ok_or_else(|| fields.flaw("style", "write one of cursor, offset, page, link, address"))?;
    let items = fields.pointer("items")?;
    let items =
        items.ok_or_else(|| fields.flaw("items", "write where the elements of a page are, as \"/data\""))?;
    let more = fields.pointer("more")?;
    let most_pages = fields.count("max-pages", 1, 1000)?.unwrap_or(10) as usize;
    let most_items = fields.count("max-items", 1, 1_000_000)?.unwrap_or(1000) as usize;
    let next = match style {
        Style::Cursor => Next::Cursor { from: next(&mut fields)?, into: into(&mut fields, body)? },
        Style::Offset => {
            let (first, size) = (fields.count("first", 0, u64::MAX)?, fields.count("size", 1, u64::MAX)?);
            Next::Offset { into: into(&mut fields, body)?, first: first.unwrap_or(0), size }
        }
        Style::Page => {
            let (first, size) = (fields.count("first", 0, u64::MAX)?, fields.count("size", 1, u64::MAX)?);
            Next::Page { into: into(&mut fields, body)?, first: first.unwrap_or(1), size }
        }
        Style::Link => Next::Link,
        Style::Address => Next::Address(next(&mut fields)?),
    };
    if matches!(next, Next::Link | Next::Address(_)) && method != Verb::Get {
        return Err(fields.flaw("style", "an address of the next page is for GET: write another style"));
    }
    fields.finish()?;
    Ok(Pages { next, items, more, most_pages, most_items })
}

/// Where the answer says what comes next.
fn next(fields: &mut Fields<'_>) -> Result<Pointer, Flaw> {
    let next = fields.pointer("next")?;
    next.ok_or_else(|| fields.flaw("next", "write where the answer says what comes next, as \"/meta/next\""))
}

/// `query = "NAME"` or `body = "/POINTER"`.
fn into(fields: &mut Fields<'_>, body: &Body) -> Result<Into, Flaw> {
    match (fields.text("query")?, fields.pointer("body")?) {
        (Some(name), None) if !name.is_empty() => Ok(Into::Query(name.to_owned())),
        (None, Some(pointer)) => {
            match body {
                Body::Json { .. } if pointer != Pointer::default() => Ok(Into::Body(pointer)),
                Body::Json { .. } => Err(fields.flaw("body", "name a member, as \"/cursor\"")),
                _ => Err(fields
                    .flaw("body", "the tool sends no JSON body: write `query`, or a `body` for the tool")),
            }
        }
        _ => Err(fields.flaw(
            "query",
            "write where the next page is asked for: query = \"NAME\" or body = \"/POINTER\"",
        )),
    }
}
