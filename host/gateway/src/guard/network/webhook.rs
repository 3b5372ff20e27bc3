//! `webhook` and `log`: another service is told of the request and the answer,
//! in the shape in which Portkey tells it; of the client's headers, nothing.
//! A webhook answers `{"verdict": true, "data": ...}` and may add
//! `"transformedData": {"request": {"json": ...}}`, or `"response"`.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use jackfield_router::guard::{CheckError, Finding, HookHeaders, Log, Stage, Webhook};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::{Context, Network};

/// What a webhook says.
#[derive(Deserialize)]
struct Verdict {
    verdict: bool,
    data: Option<serde_json::Value>,
    #[serde(rename = "transformedData")]
    transformed: Option<Transformed>,
}

#[derive(Deserialize)]
struct Transformed {
    request: Option<Side>,
    response: Option<Side>,
}

#[derive(Deserialize)]
struct Side {
    json: Option<Box<RawValue>>,
}

impl Network {
    /// Asks a webhook. What it wants to have changed is the second.
    pub(in crate::guard) async fn webhook(
        &self,
        hook: &Webhook,
        context: &Context<'_>,
    ) -> Result<(Finding, Option<Bytes>), CheckError> {
        let answer = self.post(&hook.url, &hook.headers, hook.timeout, context).await?;
        let said: Verdict = serde_json::from_slice(&answer).map_err(|error| {
            CheckError::new("BadAnswer", format!("the webhook's answer isn't a verdict: {error}"))
        })?;
        let side = said.transformed.and_then(|sides| match context.stage {
            Stage::Before => sides.request,
            Stage::After => sides.response,
        });
        let changed = side.and_then(|side| side.json);
        let changed = match changed {
            Some(json) if !json.get().starts_with('{') => {
                return Err(CheckError::new("BadAnswer", "what the webhook rewrote isn't a JSON object"));
            }
            changed => changed.map(|json| Bytes::from(Box::<str>::from(json).into_string())),
        };
        let explanation = if said.verdict { "the webhook is content" } else { "the webhook isn't content" };
        let data = json!({ "verdict": said.verdict, "explanation": explanation, "responseData": said.data });
        Ok((Finding { verdict: said.verdict, data }, changed))
    }

    /// Tells a log.
    pub(in crate::guard) async fn log(
        &self,
        log: &Log,
        context: &Context<'_>,
    ) -> Result<Finding, CheckError> {
        self.post(&log.url, &log.headers, log.timeout, context).await?;
        Ok(Finding { verdict: true, data: json!({ "explanation": "the log was told" }) })
    }

    async fn post(
        &self,
        url: &url::Url,
        own: &HookHeaders,
        timeout: std::time::Duration,
        context: &Context<'_>,
    ) -> Result<Bytes, CheckError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in &own.0 {
            headers.insert(name.clone(), value.clone());
        }
        let (status, answer) = self.call(Method::POST, url, headers, context.body(), timeout).await?;
        if !status.is_success() {
            return Err(CheckError::new("HttpError", format!("the service answered with status {status}")));
        }
        Ok(answer)
    }
}

impl Context<'_> {
    fn body(&self) -> Bytes {
        let raw = |bytes: &[u8]| serde_json::from_slice::<Box<RawValue>>(bytes).ok();
        let (request, answer) = match self.stage {
            Stage::Before => (self.text, ""),
            Stage::After => ("", self.text),
        };
        let response = json!({ "text": answer, "statusCode": (self.stage == Stage::After).then_some(200) });
        let shown = Told {
            request: Exchange {
                json: raw(self.request),
                rest: json!({ "text": request, "isStreamingRequest": self.scene.stream }),
            },
            response: Exchange { json: self.answer.and_then(raw), rest: response },
            provider: &self.scene.provider,
            kind: self.scene.form.kind().name(),
            metadata: self.metadata,
            event: self.stage.event(),
        };
        serde_json::to_vec(&shown).unwrap_or_default().into()
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'t> {
    request: Exchange,
    response: Exchange,
    provider: &'t str,
    #[serde(rename = "requestType")]
    kind: &'static str,
    metadata: &'t std::collections::BTreeMap<String, String>,
    #[serde(rename = "eventType")]
    event: &'static str,
}

/// One side; the JSON goes as the bytes that it is.
#[derive(serde::Serialize)]
struct Exchange {
    json: Option<Box<RawValue>>,
    #[serde(flatten)]
    rest: serde_json::Value,
}
