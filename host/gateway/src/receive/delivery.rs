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
use super::{Receiver, Receivers};
use crate::wire::intake::IntakeError;
use crate::wire::peer::Peer;
use crate::wire::unproven::{self, Pace, Untaken};

/// How fast a delivery must come. All of it takes no longer than Baseten tries.
const PACE: Pace = Pace { grace: Duration::from_secs(2), rate: 16 << 10, longest: Duration::from_secs(10) };

/// A delivery as it comes in.
#[derive(Debug)]
pub(crate) struct Incoming<'d, B> {
    pub(crate) headers: &'d HeaderMap,
    pub(crate) peer: Peer,
    pub(crate) body: B,
    /// The most time between two pieces of it.
    pub(crate) pause: Duration,
}

impl Receivers {
    /// Takes a delivery.
    pub(crate) async fn take<B>(&self, name: &str, delivery: Incoming<'_, B>) -> Result<Bytes, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let known = self.named.get(name);
        let receiver = known.map_or(&self.decoy, |receiver| &**receiver);
        let taken = self.take_for(receiver, delivery).await;
        match (taken, known) {
            (Ok((put, id)), Some(known)) => {
                let outcome = if put == Put::Repeated { Outcome::Repeated } else { Outcome::Received };
                known.counts.taken(outcome);
                if put == Put::Held {
                    self.judge(known, id);
                }
                Ok(Bytes::from_static(b"{\"status\":\"received\"}"))
            }
            (Ok(_), None) => Err(nobody()),
            (Err((outcome, failure)), known) => {
                receiver.counts.refused(outcome, self.clock.now());
                let unsigned = matches!(outcome, Outcome::Unsigned | Outcome::Forged);
                Err(if known.is_none() && unsigned { nobody() } else { failure })
            }
        }
    }

    /// What became of it, and of which request it is the result.
    async fn take_for<B>(
        &self,
        receiver: &Receiver,
        delivery: Incoming<'_, B>,
    ) -> Result<(Put, String), (Outcome, Failure)>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let refused = |outcome, status, message: String| {
            let kind = if status == 401 { FailureKind::Authentication } else { FailureKind::InvalidRequest };
            (outcome, Failure::new(kind, message).with_status(status))
        };
        let Incoming { headers, peer, body, pause } = delivery;
        let Some(shown) = receiver.signer.shown(headers) else {
            return Err(refused(Outcome::Unsigned, 401, "this delivery isn't signed".to_owned()));
        };
        let limit = receiver.body;
        let too_long = || {
            let message = format!(
                "a delivery of more than {limit} bytes isn't taken: send less, or have `body` of this receiver raised"
            );
            refused(Outcome::Broken, 413, message)
        };
        let place = receiver.room.place(peer);
        let body = unproven::take(headers, body, limit, pause, PACE, &place).await;
        let body = body.map_err(|untaken| match untaken {
            Untaken::Intake(IntakeError::TooLong(_)) => too_long(),
            Untaken::Crowded => (Outcome::Busy, untaken.into()),
            Untaken::Slow(_) => (Outcome::Slow, untaken.into()),
            Untaken::Intake(_) => (Outcome::Broken, untaken.into()),
        })?;
        if !receiver.signer.fits(&shown, &body) {
            let message = "the signature isn't this receiver's: sign the body with the secret that it has";
            return Err(refused(Outcome::Forged, 401, message.to_owned()));
        }
        let payload = Payload::read(&body, &receiver.places, &receiver.provider)
            .map_err(|error| refused(Outcome::Malformed, 400, error.to_string()))?;
        payload
            .timely(self.clock.wall(), receiver.age)
            .map_err(|error| refused(Outcome::Untimely, 401, error.to_string()))?;
        match receiver.store.deliver(&payload.id, payload.delivered, self.clock.now()) {
            Put::TooLarge => Err(too_long()),
            put => Ok((put, payload.id)),
        }
    }
}

fn nobody() -> Failure {
    Failure::new(
        FailureKind::NotFound,
        "no receiver has this name: write [server.receivers.NAME], and give the provider its URL",
    )
}
