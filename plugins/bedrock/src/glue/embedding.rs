//! Embeddings, by as many requests as the model's body needs.

use jackfield_sdk::aws;
use jackfield_sdk::embedding::{EmbedRequest, EmbedResponse, Guest};
use jackfield_sdk::types::Error;

use super::{Bedrock, post, settings};
use crate::convert::embed::{Told, plan, response};
use crate::convert::route::{self, Extra};

impl Guest for Bedrock {
    fn embed(request: EmbedRequest) -> Result<EmbedResponse, Error> {
        let settings = settings()?;
        let extra = Extra::read(request.extra.as_deref())?;
        let family = route::family(&request.model, &extra, settings)?;
        let mut plan = plan(&request, family, extra)?;
        let path = route::path(&request.model, "invoke");
        let mut answers = Vec::with_capacity(plan.bodies.len());
        for (body, _) in &mut plan.bodies {
            let sent = post(&path, settings)
                .header("accept", "application/json")
                .body("application/json", std::mem::take(body));
            let answer = sent.send_ok(aws::answer_error)?;
            let headers = answer.headers().to_vec();
            answers.push(Told { body: answer.bytes()?, headers });
        }
        response(plan, request.model, &answers)
    }
}
