//! The header `Link` (RFC 8288), as far as it names the next page.

/// The target of the first link whose relation is `next`.
pub(crate) fn next<'h>(headers: impl Iterator<Item = &'h str>) -> Option<String> {
    headers.flat_map(links).find(|link| link.is_next).map(|link| link.target.to_owned())
}

struct Link<'h> {
    target: &'h str,
    is_next: bool,
}

fn links(header: &str) -> Vec<Link<'_>> {
    let (mut links, mut rest) = (Vec::new(), header);
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, after)) = after.split_once('>') else { break };
        let (parameters, after) = parameters(after);
        // Only the first `rel` counts, and it may name several relations.
        let relation = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case("rel"));
        let is_next = relation.is_some_and(|(_, value)| {
            value.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
        });
        links.push(Link { target: target.trim(), is_next });
        rest = after;
    }
    links
}

/// The parameters of a link, and what follows them.
fn parameters(mut text: &str) -> (Vec<(&str, String)>, &str) {
    let mut found = Vec::new();
    loop {
        text = text.trim_start();
        let Some(after) = text.strip_prefix(';') else { break };
        let end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let name = after[..end].trim();
        text = &after[end..];
        let Some(after) = text.strip_prefix('=') else {
            found.push((name, String::new()));
            continue;
        };
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let end = after.find([';', ',']).unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        found.push((name, value));
        text = after;
    }
    (found, text)
}

/// A quoted string's text, and what follows it.
fn unquoted(text: &str) -> (String, &str) {
    let (mut value, mut escaped) = (String::new(), false);
    for (place, c) in text.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return (value, &text[place + 1..]),
            c => {
                escaped = false;
                value.push(c);
            }
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_other_links() {
        for (headers, target) in [
            (&["<https://a/2>; rel=\"next\""][..], Some("https://a/2")),
            (
                &["<https://a/0>; rel=\"prev\", <https://a/2>; rel=\"next\", <https://a/9>; rel=\"last\""],
                Some("https://a/2"),
            ),
            (&["<https://a/0>; rel=prev", "</2>;rel=next;title=\"x\""], Some("/2")),
            (&["</2>; title=\"a, \\\"<b>; rel=no\"; REL=\"Next last\""], Some("/2")),
            (&["</2>; rel=last; rel=next"], None),
            (&["</2>; title=\"rel=next\""], None),
            (&["</2>; rel=nextish"], None),
            (&["</2>"], None),
            (&["</2; rel=next"], None),
            (&["", ",,;=", "<>", "<a>;rel", "<a>;rel=\"next"], Some("a")),
            (&[], None),
        ] {
            assert_eq!(next(headers.iter().copied()).as_deref(), target, "{headers:?}");
        }
    }
}
