//! Stop texts, for upstreams that say that an answer ran into one and not into
//! which.

/// The stop text that it must have been; nothing where there were several.
pub fn only(asked: &[String]) -> Option<String> {
    let mut texts = asked.iter().filter(|text| !text.is_empty());
    texts.next().filter(|_| texts.next().is_none()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_nobody_knows_which() {
        let texts = ["a".to_owned(), "b".to_owned()];
        let a = Some("a".to_owned());
        assert_eq!([only(&[]), only(&texts[..1]), only(&texts)], [None, a.clone(), None]);
        assert_eq!(only(&[String::new(), "a".to_owned()]), a, "an empty text stops nothing");
    }
}
