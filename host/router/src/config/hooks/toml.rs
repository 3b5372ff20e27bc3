//! Guardrails and mutators of routes: lists of names of saved ones, and of tables
//! in the shorthand that configs have.
//!
//! ```toml
//! [routes.careful]
//! model = "openai/gpt-4o-mini"
//! input-guardrails = ["no-secrets", { deny = true, wordCount = { maxWords = 500 } }]
//! ```

use jackfield_runtime::settings::document::{Fields, Node};

use super::{Hook, HookKind, list, shorthand};
use crate::config::read::{Item, Report};

/// Takes the guardrails and mutators of requests and of answers.
pub(in crate::config) fn take(fields: &mut Fields<'_>) -> [Option<Vec<Hook>>; 2] {
    let mut both = |guardrails, mutators| {
        let guardrails = fields.take(guardrails).and_then(|node| hooks(&node, HookKind::Guardrail));
        let mutators = fields.take(mutators).and_then(|node| hooks(&node, HookKind::Mutator));
        match (guardrails, mutators) {
            (Some(guardrails), Some(mutators)) => Some([guardrails, mutators].concat()),
            (one, other) => one.or(other),
        }
    };
    [both("input-guardrails", "input-mutators"), both("output-guardrails", "output-mutators")]
}

/// One list. What is wrong with it is reported where it stands.
fn hooks(node: &Node<'_>, kind: HookKind) -> Option<Vec<Hook>> {
    let text = node.deserialize::<serde_json::Value>()?.to_string();
    let report = Report::default();
    let hooks = list(&Item::new(&report, String::new(), &text), |item| shorthand(item, kind));
    let problems = report.into_problems();
    problems.iter().for_each(|problem| node.reject(problem));
    hooks.filter(|_| problems.is_empty())
}
