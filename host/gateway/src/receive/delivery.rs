//! `POST /v1/receivers/NAME`: takes one delivery.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body as HttpBody;
use jackfield_router::{Failure, FailureKind};

use super::counts::Outcome;
use super::payload::Payload;
use super::store::Put;
use super::{Receiver, Receivers, kib};
use crate::wire::intake;

/// How long a delivery may take to come in, which is as long as Baseten tries.
const LONGEST: Duration = Duration::from_secs(10);

/// When to deliver again what there was no room for.
const AGAIN: Duration = Duration::from_secs(1);

impl Receivers {
    /// Takes a delivery. `pause` is the most time between two pieces of it.
    pub(crate) async fn take<B>(
        &self,
        name: &str,
        headers: &HeaderMap,
        body: B,
        pause: Duration,
    ) -> Result<Bytes, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let known = self.named.get(name);
        let receiver = known.map_or(&self.decoy, |receiver| &**receiver);
        let taken = self.take_for(receiver, headers, body, pause).await;
        match taken {
            Ok(outcome) if known.is_some() => {
                receiver.counts.taken(outcome);
                Ok(Bytes::from_static(b"{\"status\":\"received\"}"))
            }
            Ok(_) => Err(nobody()),
            Err((outcome, failure)) => {
                receiver.counts.refused(outcome, self.clock.now());
                let unsigned = matches!(outcome, Outcome::Unsigned | Outcome::Forged);
                Err(if known.is_none() && unsigned { nobody() } else { failure })
            }
        }
    }

    async fn take_for<B>(
        &self,
        receiver: &Receiver,
        headers: &HeaderMap,
        body: B,
        pause: Duration,
    ) -> Result<Outcome, (Outcome, Failure)>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let refused = |outcome, status, message: String| {
            let kind = if status == 401 { FailureKind::Authentication } else { FailureKind::InvalidRequest };
            (outcome, Failure::new(kind, message).with_status(status))
        };
        let Some(shown) = receiver.signer.shown(headers) else {
            return Err(refused(Outcome::Unsigned, 401, "this delivery isn't signed".to_owned()));
        };
        let limit = receiver.body;
        let too_long = |outcome| {
            let message = format!(
                "a delivery of more than {limit} bytes isn't taken: send less, or have `body` of this receiver raised"
            );
            refused(outcome, 413, message)
        };
        let announced =
            body.size_hint().exact().map_or(limit, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        if announced > limit {
            return Err(too_long(Outcome::Broken));
        }
        let Ok(_room) = receiver.room.try_acquire_many(kib(announced)) else {
            let failure =
                Failure::new(FailureKind::Overloaded, "too many deliveries come at once: send it again");
            return Err((Outcome::Busy, Failure { retry_after: Some(AGAIN), ..failure }));
        };
        let body = match tokio::time::timeout(LONGEST, intake::take(headers, body, limit, pause)).await {
            Ok(Ok(body)) => body,
            Ok(Err(intake::IntakeError::TooLong(_))) => return Err(too_long(Outcome::Broken)),
            Ok(Err(error)) => {
                return Err(refused(Outcome::Broken, error.status().as_u16(), error.to_string()));
            }
            Err(_) => {
                let message = format!("the delivery took longer than {LONGEST:?} to come in");
                return Err(refused(Outcome::Broken, 408, message));
            }
        };
        if !receiver.signer.fits(&shown, &body) {
            let message = "the signature isn't this receiver's: sign the body with the secret that it has";
            return Err(refused(Outcome::Forged, 401, message.to_owned()));
        }
        let payload = Payload::read(&body, &receiver.places, &receiver.provider)
            .map_err(|error| refused(Outcome::Malformed, 400, error.to_string()))?;
        payload
            .timely(self.clock.wall(), receiver.age)
            .map_err(|error| refused(Outcome::Untimely, 401, error.to_string()))?;
        match receiver.store.deliver(&payload.id, payload.answer, self.clock.now()) {
            Put::Kept => Ok(Outcome::Received),
            Put::Repeated => Ok(Outcome::Repeated),
            Put::TooLarge => Err(too_long(Outcome::Broken)),
        }
    }
}

fn nobody() -> Failure {
    Failure::new(
        FailureKind::NotFound,
        "no receiver has this name: write [server.receivers.NAME], and give the provider its URL",
    )
}
