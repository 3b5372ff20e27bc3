//! The configuration files of cloud vendors' own tools: sections of `name =
//! value` lines, as `~/.aws/credentials` and `~/.oci/config` have them.
//!
//! They have secrets in them, so no message repeats anything of a line but its
//! number.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

/// A file's sections. Of a name that stands there twice, the later counts.
#[derive(Default)]
pub(super) struct Ini(BTreeMap<String, Section>);

/// A section's values, their names in lower case.
#[derive(Default)]
pub(super) struct Section(BTreeMap<String, Zeroizing<String>>);

/// Whether a `#` or `;` may begin a comment behind a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    /// On lines of their own only: Oracle's files.
    OwnLine,
    /// Behind a value too, after white space: AWS's files.
    BehindValues,
}

impl Ini {
    /// Reads a file.
    ///
    /// # Errors
    /// With the first line that is none of such a file's.
    pub(super) fn parse(text: &str, comments: Comments) -> Result<Self, String> {
        let mut ini = Self::default();
        let mut section: Option<&mut Section> = None;
        // The name whose value deeper lines go on with, and how deep it stands.
        let mut last: Option<(String, usize)> = None;
        for (number, line) in text.lines().enumerate() {
            let wrong = |what: &str| format!("line {} {what}; correct the file", number + 1);
            let bare = line.trim();
            if bare.is_empty() || bare.starts_with(['#', ';']) {
                continue;
            }
            let depth = line.len() - line.trim_start().len();
            if let (Some((name, least)), Some(section)) = (&last, section.as_deref_mut())
                && depth > *least
            {
                if let Some(value) = section.0.get_mut(name) {
                    value.push('\n');
                    value.push_str(bare);
                }
                continue;
            }
            if let Some(rest) = bare.strip_prefix('[') {
                let (name, _) =
                    rest.split_once(']').ok_or_else(|| wrong("has no `]` behind its section's name"))?;
                section = Some(ini.0.entry(words(name)).or_default());
                last = None;
                continue;
            }
            let (name, value) =
                bare.split_once('=').ok_or_else(|| wrong("is neither [section] nor name = value"))?;
            let section = section.as_deref_mut().ok_or_else(|| wrong("stands before the first [section]"))?;
            let name = name.trim().to_ascii_lowercase();
            section
                .0
                .insert(name.clone(), Zeroizing::new(without_comment(value, comments).trim().to_owned()));
            last = Some((name, depth));
        }
        Ok(ini)
    }

    /// The section of this name.
    pub(super) fn section(&self, name: &str) -> Option<&Section> {
        self.0.get(name)
    }

    /// All sections.
    pub(super) fn sections(&self) -> impl Iterator<Item = (&str, &Section)> {
        self.0.iter().map(|(name, section)| (name.as_str(), section))
    }
}

impl Section {
    /// A value that isn't empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// A section's name with single spaces and without quotes, as in
/// `[profile "my profile"]`.
fn words(name: &str) -> String {
    name.replace(['"', '\''], "").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_comment(value: &str, comments: Comments) -> &str {
    if comments == Comments::OwnLine {
        return value;
    }
    let begins = [" #", " ;", "\t#", "\t;"].iter().filter_map(|mark| value.find(mark)).min();
    begins.map_or(value, |at| &value[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# one\n[default]\nKey = a = b # c\nempty =\n\n[profile  \"my  x\"]\ns3 =\n  max = 2\n  key = 3\nkey=4\n[default]\nother=5;6\n";

    #[test]
    fn sections_names_and_values_are_read() {
        let ini = Ini::parse(TEXT, Comments::BehindValues).unwrap();
        let default = ini.section("default").unwrap();
        assert_eq!(default.get("key").map(str::to_owned), Some("a = b".to_owned()));
        assert_eq!((default.get("empty"), default.get("other")), (None, Some("5;6")));
        let other = ini.section("profile my x").unwrap();
        assert_eq!(other.get("key"), Some("4"), "what is deeper belongs to the line above");
        assert_eq!(ini.sections().count(), 2);
    }

    #[test]
    fn where_comments_have_lines_of_their_own_values_keep_their_hashes() {
        let ini = Ini::parse("[a]\nkey = a #b", Comments::OwnLine).unwrap();
        assert_eq!(ini.section("a").unwrap().get("key"), Some("a #b"));
    }

    #[test]
    fn indented_files_are_read_too() {
        let ini = Ini::parse("[a]\n  one = 1\n  two = 2\n", Comments::BehindValues).unwrap();
        assert_eq!(ini.section("a").unwrap().get("two"), Some("2"));
    }

    #[test]
    fn a_line_that_does_not_belong_is_named_by_its_number_only() {
        for (text, number) in [("[a\nx=1", 1), ("secret", 1), ("[a]\n\nsecret", 3), ("x = secret", 1)] {
            let error = Ini::parse(text, Comments::BehindValues).err().unwrap();
            assert!(error.starts_with(&format!("line {number} ")) && !error.contains("secret"), "{error}");
        }
    }
}
