//! An answer of several pages as one result.
//!
//! Whoever writes the answers decides whether there is another page, so there is
//! an end to them: in pages, in elements, in bytes. A result that ends there
//! says so.

use jackfield_sdk::tool::{CallResult, Output};
use jackfield_sdk::types::Error;
use serde_json::Value;

use super::answer::{Content, Verdict, is_true, mapped, nothing_at, read};
use super::{Answer, Upstream, failed, retry};
use crate::link;
use crate::request::{Request, next_address};
use crate::tool::{Next, Pages, Tool};

/// Asks for page after page.
pub(super) fn all(
    tool: &Tool,
    pages: &Pages,
    mut request: Request,
    upstream: &impl Upstream,
) -> Result<CallResult, Error> {
    let (mut items, mut bytes) = (Vec::new(), 0_usize);
    let mut end = None;
    for page in 1.. {
        let answer = retry::exchange(tool, &request, upstream)?;
        bytes = bytes.saturating_add(answer.body.len());
        if bytes > tool.answer.most_bytes {
            end = Some(format!("page {page} would make more than {} bytes", tool.answer.most_bytes));
            break;
        }
        let value = match read(tool, &answer)? {
            Verdict::Failed(message) => return Ok(failed(message)),
            Verdict::Content(Content::Json(value)) => value,
            Verdict::Content(_) => {
                return Err(Error::bad_answer(format!("page {page} of {} isn't JSON", tool.name))
                    .with_status(answer.status));
            }
        };
        let elements = match pages.items.get(&value) {
            Some(Value::Array(elements)) => elements.as_slice(),
            Some(Value::Null) => &[],
            Some(_) => {
                return Err(Error::bad_answer(format!(
                    "page {page} of {} has no array at `{}`: correct pages.items in its description",
                    tool.name, pages.items
                ))
                .with_status(answer.status));
            }
            None => return Err(nothing_at(tool, &pages.items, &answer)),
        };
        let room = pages.most_items - items.len();
        items.extend(elements.iter().take(room).map(|element| mapped(element, &tool.answer.fields)));
        let next = next(pages, &request, &answer, &value, elements.len())?;
        if elements.len() > room || (next.is_some() && items.len() == pages.most_items) {
            end = Some(format!("{} elements are the most", pages.most_items));
            break;
        }
        request = match next {
            None => break,
            Some(_) if page >= pages.most_pages => {
                end = Some(format!("{page} pages are the most"));
                break;
            }
            Some(next) => next,
        };
    }
    let count = items.len();
    let mut content = vec![Output::Json(Value::Array(items).to_string())];
    if let Some(end) = end {
        content.push(Output::Text(format!("This is not all: it ends after {count} elements, as {end}.")));
    }
    Ok(CallResult { content, is_error: false })
}

/// The request for the page after this one, if there is one.
fn next(
    pages: &Pages,
    request: &Request,
    answer: &Answer,
    value: &Value,
    count: usize,
) -> Result<Option<Request>, Error> {
    if let Some(more) = &pages.more
        && !more.get(value).is_some_and(is_true)
    {
        return Ok(None);
    }
    let mut next = request.clone();
    let wrong = |message: String| Error::bad_answer(message).with_status(answer.status);
    match &pages.next {
        Next::Cursor { from, into } => {
            let cursor = match from.get(value).filter(|cursor| is_true(cursor)) {
                None => return Ok(None),
                Some(cursor @ (Value::String(_) | Value::Number(_))) => cursor.clone(),
                Some(_) => return Err(wrong(format!("what `{from}` of the answer has isn't a cursor"))),
            };
            next.set(into, cursor).map_err(wrong)?;
        }
        Next::Offset { into, first, size } => {
            if count == 0 || size.is_some_and(|size| (count as u64) < size) {
                return Ok(None);
            }
            let offset = request.number(into).unwrap_or(*first).saturating_add(count as u64);
            next.set(into, offset.into()).map_err(wrong)?;
        }
        Next::Page { into, first, size } => {
            if count == 0 || size.is_some_and(|size| (count as u64) < size) {
                return Ok(None);
            }
            let page = request.number(into).unwrap_or(*first).saturating_add(1);
            next.set(into, page.into()).map_err(wrong)?;
        }
        Next::Link => {
            let links = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("link"));
            let Some(target) = link::next(links.map(|(_, value)| value.as_str())) else { return Ok(None) };
            follow(&mut next, request, &target).map_err(wrong)?;
        }
        Next::Address(from) => match from.get(value) {
            Some(Value::String(target)) if !target.is_empty() => {
                follow(&mut next, request, target).map_err(wrong)?
            }
            Some(target) if is_true(target) => {
                return Err(wrong(format!("what `{from}` of the answer has isn't an address")));
            }
            _ => return Ok(None),
        },
    }
    if next == *request {
        return Err(wrong("the upstream says that the next page is the same one again".to_owned()));
    }
    Ok(Some(next))
}

fn follow(next: &mut Request, request: &Request, target: &str) -> Result<(), String> {
    next.address = next_address(&request.url(), target)?;
    next.query.clear();
    Ok(())
}
