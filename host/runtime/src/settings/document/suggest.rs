//! Guesses which known name a misspelt one was meant to be.

/// The known name nearest to `name`, if it is near enough to be a slip.
pub fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let slips = 1 + name.chars().count() / 4;
    known
        .iter()
        .map(|candidate| (distance(name, candidate), *candidate))
        .filter(|(distance, _)| *distance <= slips)
        .min()
        .map(|(_, candidate)| candidate)
}

/// What to do about a name that isn't known.
pub(crate) fn advice(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known.is_empty() => "remove it".to_owned(),
        None => format!("remove it, or use one of: {}", known.join(", ")),
    }
}

/// How many characters must be put in, taken out, replaced or swapped with
/// their neighbour to make one name of the other. `-` and `_` are the same, as
/// are the cases: that is how TOML authors slip most.
fn distance(a: &str, b: &str) -> usize {
    let fold = |c: char| if c == '_' { '-' } else { c.to_ascii_lowercase() };
    let a: Vec<char> = a.chars().map(fold).collect();
    let b: Vec<char> = b.chars().map(fold).collect();
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["memory", "response", "requests-per-call", "concurrency"];

    #[test]
    fn slips_of_the_finger_find_their_word() {
        for (slip, word) in [
            ("memmory", "memory"),
            ("mmeory", "memory"),
            ("respnse", "response"),
            ("requests_per_call", "requests-per-call"),
            ("Concurrency", "concurrency"),
            ("request-per-call", "requests-per-call"),
        ] {
            assert_eq!(nearest(slip, KNOWN), Some(word), "{slip}");
        }
    }

    #[test]
    fn other_words_find_nothing() {
        for word in ["", "x", "speed", "nonsense", "memorandum-of-understanding"] {
            assert_eq!(nearest(word, KNOWN), None, "{word}");
        }
        assert_eq!(nearest("memory", &[]), None);
    }
}
