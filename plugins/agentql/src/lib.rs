//! AgentQL as a tool: data out of web pages, by a query or a description.
//!
//! `convert` translates between the contract and the wire, `settings` is the
//! configuration; here is only what sends and receives.

mod convert;
mod settings;

use jackfield_sdk::http;
use jackfield_sdk::settings::Once;
use jackfield_sdk::tool::{self, CallResult, Definition};
use jackfield_sdk::types::Error;

use crate::convert::{answer, arguments, errors};
use crate::settings::Settings;

struct AgentQl;

jackfield_sdk::export!(AgentQl: tool);

static SETTINGS: Once<Settings> = Once::new();

impl tool::Guest for AgentQl {
    fn list_tools() -> Result<Vec<Definition>, Error> {
        Ok(vec![arguments::definition(SETTINGS.get(Settings::read)?)])
    }

    fn call(name: String, text: String) -> Result<CallResult, Error> {
        let settings = SETTINGS.get(Settings::read)?;
        if name != arguments::NAME {
            return Err(Error::invalid_request(format!(
                "there is no tool `{name}`: there is {}",
                arguments::NAME
            )));
        }
        let body = match arguments::body(&text, settings)? {
            Ok(body) => body,
            Err(flaw) => return Ok(answer::failed(flaw)),
        };
        let response = http::post(http::join(&settings.base_url, "query-data")).json(&body).send()?;
        match response.ok_or_else(errors::of_answer) {
            Ok(response) => answer::result(&response.text()?),
            Err(error) => errors::for_the_model(error).map(answer::failed),
        }
    }
}
