mod answers;
mod options;
mod recorded;
mod requests;
mod spec;
mod streams;

use crate::dialect::Identity;

fn identity() -> Identity {
    Identity { id: "gen-1".to_owned(), created: 7, model: "up/m".to_owned() }
}
