//! Any REST API as tools, without code: described in TOML, or by an OpenAPI
//! document. The README beside this crate says how.
//!
//! `describe` and `openapi` read the two kinds of description into the exact
//! types of `tool`; `request` makes a request of a tool and its arguments;
//! `call` sends it, again and page by page where it must, and makes a result of
//! the answer; `schema` checks both ends. All of that is pure: here and in
//! `upstream` is what touches the host.

mod api;
mod arguments;
mod call;
#[cfg(test)]
mod chance;
mod describe;
mod flaw;
mod link;
mod openapi;
mod pointer;
#[cfg(test)]
mod readme;
mod request;
mod schema;
mod settings;
mod template;
mod text;
mod tool;
mod upstream;

use std::cell::OnceCell;
use std::rc::Rc;

use jackfield_sdk::tool::{CallResult, Definition, Guest};
use jackfield_sdk::types::Error;

use crate::api::Api;
use crate::settings::Settings;
use crate::upstream::Host;

struct Rest;

jackfield_sdk::export!(Rest: tool);

thread_local! {
    // The contract promises that values never change while an instance lives,
    // and a document may take longer to read than a call takes.
    static API: OnceCell<Result<Rc<Api>, Error>> = const { OnceCell::new() };
}

fn api() -> Result<Rc<Api>, Error> {
    API.with(|cell| {
        cell.get_or_init(|| {
            let api = Api::read(&Settings::read()?)?;
            for skipped in &api.skipped {
                jackfield_sdk::log::info(
                    "an operation of the document is no tool",
                    &[("operation", &skipped.id), ("reason", &skipped.reason)],
                );
            }
            Ok(Rc::new(api))
        })
        .clone()
    })
}

impl Guest for Rest {
    fn list_tools() -> Result<Vec<Definition>, Error> {
        Ok(api()?.definitions())
    }

    fn call(name: String, arguments: String) -> Result<CallResult, Error> {
        let api = api()?;
        api.call(&name, &arguments, &Host { auth: api.auth.scheme() })
    }
}
