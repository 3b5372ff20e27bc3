//! Stop texts, for upstreams that say that an answer ran into one and not into
//! which.

/// The stop text that it must have been; nothing where there were several.
pub fn only(asked: &[String]) -> Option<String> {
    match asked {
        [only] => Some(only.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_nobody_knows_which() {
        let texts = ["a".to_owned(), "b".to_owned()];
        assert_eq!([only(&[]), only(&texts[..1]), only(&texts)], [None, Some("a".to_owned()), None]);
    }
}
