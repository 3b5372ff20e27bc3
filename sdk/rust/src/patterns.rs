//! Names of models by patterns, as an operator lists them: which model does
//! what is configuration, so that one that comes tomorrow needs no release.

/// Patterns in which `*` stands for any text, also none, and everything else
/// for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patterns(Vec<String>);

impl Patterns {
    /// What one of these patterns describes.
    pub fn new(patterns: Vec<String>) -> Self {
        Patterns(patterns)
    }

    /// Whether a name is described by one of them.
    pub fn contain(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| matches(pattern, name))
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(head) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let tail = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = left.find(piece) else { return false };
        left = &left[at + piece.len()..];
    }
    left.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        let patterns = ["embed-*-v3.0", "command-a-plus*", "exact", "*/a*b*", "x*x"];
        let patterns = Patterns::new(patterns.map(str::to_owned).to_vec());
        for name in [
            "embed-english-v3.0",
            "embed--v3.0",
            "command-a-plus-1",
            "command-a-plus",
            "exact",
            "é/a-b",
            "xx",
        ] {
            assert!(patterns.contain(name), "{name}");
        }
        for name in ["embed-v4.0", "embed-a-v3.0-x", "command-a", "exactly", "embed-v3.0", "/ba", "x", ""] {
            assert!(!patterns.contain(name), "{name}");
        }
        assert!(!Patterns::default().contain("") && !Patterns::default().contain("a"));
    }
}
