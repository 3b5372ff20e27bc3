//! Requests in, answers out.

mod answers;
mod requests;
mod streams;

use crate::dialect::Identity;

fn identity() -> Identity {
    Identity { id: "made".to_owned(), created: 7, model: "asked".to_owned() }
}
