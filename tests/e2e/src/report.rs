//! What the probe guest reports of the requests that it sent.

use serde_json::Value;

/// One report.
#[derive(Debug, Clone)]
pub struct Report(pub Value);

impl Report {
    /// The reports in a probe's answer.
    pub fn all(answer: &str) -> Vec<Self> {
        let value: Value = serde_json::from_str(answer).expect("the probe reports JSON");
        value.as_array().expect("a list of reports").iter().cloned().map(Self).collect()
    }

    /// The only one.
    pub fn one(answer: &str) -> Self {
        let all = Self::all(answer);
        assert_eq!(all.len(), 1, "{answer}");
        all[0].clone()
    }

    /// The status, if there was an answer.
    pub fn status(&self) -> Option<u64> {
        self.0["status"].as_u64()
    }

    /// The body as text.
    pub fn body(&self) -> &str {
        self.0["body"].as_str().unwrap_or_default()
    }

    /// The kind of the error, as the probe spells it, or nothing.
    pub fn error(&self) -> Option<&str> {
        self.0["error"].as_str()
    }

    /// The error's message.
    pub fn message(&self) -> &str {
        self.0["message"].as_str().unwrap_or_default()
    }

    /// Whether the error says that the request had gone out.
    pub fn sent(&self) -> bool {
        self.0["sent"].as_bool().unwrap_or_default()
    }
}
