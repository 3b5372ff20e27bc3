//! Ranking.

use jackfield_sdk::aws;
use jackfield_sdk::http::{self, RequestBuilder};
use jackfield_sdk::rerank::{Guest, RerankRequest, RerankResponse};
use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

use super::{Bedrock, post, settings};
use crate::convert::rerank::{self, Answer, agent};
use crate::convert::route::{self, Extra};
use crate::settings::Settings;

/// Against an agent runtime whose results have no end: they are 1,000 at most.
const PAGES: usize = 20;

impl Guest for Bedrock {
    fn rerank(request: RerankRequest) -> Result<RerankResponse, Error> {
        let settings = settings()?;
        let extra = Extra::read(request.extra.as_deref())?;
        if let Some(url) = agent::url(&request.model, &extra, settings)? {
            return by_agent(request, extra, url, settings);
        }
        let family = route::family(&request.model, &extra, settings)?;
        let (body, warnings) = rerank::body(&request, family, extra)?;
        let (answer, headers) = ask(post(&route::path(&request.model, "invoke"), settings), &body)?;
        Ok(rerank::response(answer.results, request, &headers, warnings))
    }
}

fn by_agent(
    request: RerankRequest,
    extra: Extra,
    url: &str,
    settings: &Settings,
) -> Result<RerankResponse, Error> {
    let (mut body, warnings) = agent::body(&request, extra, settings);
    let mut results = Vec::new();
    for _ in 0..PAGES {
        let post = http::post(http::join(url, agent::PATH)).auth(settings.auth.scheme());
        let (answer, headers) = ask(post, &body)?;
        results.extend(answer.results);
        let Some(token) = answer.next_token.filter(|token| !token.is_empty()) else {
            return Ok(rerank::response(results, request, &headers, warnings));
        };
        body.insert("nextToken".to_owned(), token.into());
    }
    Err(Error::bad_answer(format!("the agent runtime's results don't end after {PAGES} pages")))
}

fn ask(post: RequestBuilder, body: &Map<String, Value>) -> Result<(Answer, Vec<(String, String)>), Error> {
    let answer = post.header("accept", "application/json").json(body).send_ok(aws::answer_error)?;
    let headers = answer.headers().to_vec();
    Ok((answer.json()?, headers))
}
