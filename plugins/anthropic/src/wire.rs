//! The JSON of Anthropic's Messages API, both ways, and nothing else: what it
//! means is in `convert`. What comes in keeps members that nobody here knows,
//! as raw JSON, since the API grows faster than any list of its types.
//!
//! <https://docs.claude.com/en/api/messages>

pub(crate) mod answer;
pub(crate) mod event;
pub(crate) mod request;
