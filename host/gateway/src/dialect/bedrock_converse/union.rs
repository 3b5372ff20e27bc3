//! Objects of one member, whose name says what the member is: the API's blocks,
//! tools, sources and choices. Two members would be two answers to one question.

use serde_json::value::RawValue;

use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Rest};

/// The name and the value of the only member.
pub(super) fn only<'a>(path: &str, raw: &'a RawValue) -> Result<(String, &'a RawValue), DecodeError> {
    let members: Rest<'a> = read::raw(path, raw)?;
    let mut members = members.iter();
    match (members.next(), members.next()) {
        (Some((name, value)), None) => Ok((name.to_owned(), value)),
        (None, _) => Err(DecodeError::invalid(path, "must have a member that says what it is")),
        (Some((first, _)), Some((second, _))) => {
            Err(DecodeError::invalid(path, format!("can't be both `{first}` and `{second}`: take one")))
        }
    }
}
