//! Guesses which known name a misspelt one was meant to be, and repeats no more
//! of it than its sender needs to see.

use std::borrow::Cow;

/// The most bytes of a name that is compared with others. Names of fields,
/// providers and models are shorter.
const LONGEST: usize = 128;

/// The most bytes of a name that a message repeats.
const REPEATED: usize = 100;

/// A name as a message repeats it: clients choose names, as long as they like.
pub fn repeated(name: &str) -> Cow<'_, str> {
    let beginning = &name[..name.floor_char_boundary(REPEATED)];
    match name.len() - beginning.len() {
        0 => Cow::Borrowed(name),
        left_out => format!("{beginning}… ({left_out} bytes more)").into(),
    }
}

/// The known name nearest to `name`, if it is near enough to be a slip. `-`,
/// `_` and camelCase are taken as the same spelling.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // Clients choose names, and a distance costs the product of both lengths.
    if name.len() > LONGEST {
        return None;
    }
    let slips = 1 + name.chars().count() / 4;
    let name = fold(name);
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .filter_map(|candidate| {
            let folded = fold(candidate);
            let near = folded.len().abs_diff(name.len()) <= 4 * slips;
            near.then(|| (strsim::osa_distance(&name, &folded), candidate))
        })
        .filter(|(distance, _)| *distance <= slips)
        .min()
        .map(|(_, candidate)| candidate)
}

/// What to do about a name that isn't known.
pub(crate) fn advice<'n>(name: &str, known: impl IntoIterator<Item = &'n str> + Clone) -> String {
    if let Some(meant) = nearest(name, known.clone()) {
        return format!("did you mean `{meant}`?");
    }
    let known: Vec<&str> = known.into_iter().collect();
    match known.len() {
        0 => "remove it".to_owned(),
        1..=12 => format!("remove it, or use one of: {}", known.join(", ")),
        _ => "remove it".to_owned(),
    }
}

fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !folded.is_empty() && !folded.ends_with('_') {
            folded.push('_');
        }
        folded.push(if c == '-' { '_' } else { c.to_ascii_lowercase() });
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["override_params", "request_timeout", "retry"];

    #[test]
    fn slips_and_other_spellings_find_their_word() {
        for (slip, word) in [
            ("overrideParams", "override_params"),
            ("override-params", "override_params"),
            ("request_timout", "request_timeout"),
            ("rerty", "retry"),
        ] {
            assert_eq!(nearest(slip, KNOWN), Some(word), "{slip}");
        }
    }

    #[test]
    fn no_more_of_a_name_is_repeated_than_helps() {
        let name = "x".repeat(REPEATED);
        assert_eq!(repeated(&name), name);
        assert_eq!(repeated(&format!("{name}yz")), format!("{name}… (2 bytes more)"));
        // The character that the limit would cut in two is left out.
        assert_eq!(repeated(&format!("{}ä", &name[1..])), format!("{}… (2 bytes more)", &name[1..]));
    }

    #[test]
    fn other_words_find_nothing() {
        for word in ["", "x", "weights", "nonsense"] {
            assert_eq!(nearest(word, KNOWN), None, "{word}");
        }
        assert_eq!(advice("x", []), "remove it");
    }
}
