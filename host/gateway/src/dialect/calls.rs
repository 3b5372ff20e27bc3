//! Arguments of calls, in dialects in which they are objects. What a model wrote
//! needn't be one.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// Arguments as an object, whatever the model wrote.
pub(super) fn object(arguments: &str) -> Cow<'_, str> {
    if arguments.trim().is_empty() {
        "{}".into()
    } else if is_object(arguments) {
        arguments.into()
    } else {
        serde_json::json!({ "INVALID_JSON": arguments }).to_string().into()
    }
}

/// Whether a text is a JSON object.
pub(super) fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<&RawValue>(text).is_ok()
}
