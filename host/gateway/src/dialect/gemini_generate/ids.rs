//! Ids of calls. The dialect can do without: then calls and what they gave are
//! told by name and order. The typed form needs them.

use std::collections::HashSet;

/// The calls of a conversation so far.
#[derive(Debug, Default)]
pub(super) struct Calls {
    taken: HashSet<String>,
    next: u32,
    /// Calls without an answer: id and name.
    open: Vec<(String, String)>,
}

impl Calls {
    /// A call was made: its id.
    pub(super) fn called(&mut self, id: Option<String>, name: &str) -> String {
        let id = id.filter(|id| !id.is_empty()).unwrap_or_else(|| self.make());
        self.taken.insert(id.clone());
        self.open.push((id.clone(), name.to_owned()));
        id
    }

    /// A call was answered: its id. Without one, it is the first of that name
    /// that wasn't.
    pub(super) fn answered(&mut self, id: Option<String>, name: &str) -> Option<String> {
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            self.open.retain(|(open, _)| *open != id);
            return Some(id);
        }
        let place = self.open.iter().position(|(_, called)| called == name)?;
        Some(self.open.remove(place).0)
    }

    fn make(&mut self) -> String {
        loop {
            let id = format!("call_{}", self.next);
            self.next += 1;
            if !self.taken.contains(&id) {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_without_ids_are_told_by_name_and_order() {
        let mut calls = Calls::default();
        assert_eq!(calls.called(None, "f"), "call_0");
        assert_eq!(calls.called(Some("call_1".to_owned()), "f"), "call_1");
        assert_eq!(calls.called(Some(String::new()), "f"), "call_2");
        assert_eq!(calls.answered(None, "f").as_deref(), Some("call_0"));
        assert_eq!(calls.answered(Some("call_1".to_owned()), "f").as_deref(), Some("call_1"));
        assert_eq!(calls.answered(None, "g"), None);
        assert_eq!(calls.answered(None, "f").as_deref(), Some("call_2"));
        assert_eq!(calls.answered(None, "f"), None);
        assert_eq!(calls.answered(Some("elsewhere".to_owned()), "f").as_deref(), Some("elsewhere"));
    }
}
