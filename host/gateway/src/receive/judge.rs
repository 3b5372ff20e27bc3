//! Results that guardrails of the request's route judge, before anybody gets them.
//!
//! Against: an answer that no guardrail has seen because it came by another way
//! than answers do. Until it is judged, a result is held as if it hadn't come; if
//! judging never ends, nobody ever gets it.

use std::sync::Arc;

use jackfield_router::Failure;

use super::payload::{Delivered, Payload};
use super::store::Answer;
use super::{Receiver, Receivers, Submitted};

/// The most results of one receiver that are judged at once; others wait.
pub(super) const AT_ONCE: usize = 16;

impl Receivers {
    /// Has a result judged. Nobody waits for it but who waits for the result: the
    /// provider has delivered what it had to.
    pub(super) fn judge(&self, receiver: &Arc<Receiver>, id: String) {
        let (receiver, clock) = (Arc::clone(receiver), Arc::clone(&self.clock));
        tokio::spawn(async move {
            // The semaphore is never closed.
            let _turn = receiver.judging.acquire().await;
            let Some((submitted, delivered)) = receiver.store.held(&id, clock.now()) else { return };
            let judging = {
                let receiver = Arc::clone(&receiver);
                tokio::spawn(async move { receiver.verdict(&submitted, &delivered).await })
            };
            // Whoever waits is told, even where guardrails break down over it.
            let broken = |_| Err(Failure::internal("guardrails broke down over this result"));
            let verdict = judging.await.unwrap_or_else(broken);
            if verdict.is_err() {
                receiver.counts.denied(&id);
            }
            receiver.store.judged(&id, verdict, clock.now());
        });
    }
}

impl Receiver {
    async fn verdict(&self, submitted: &Submitted, delivered: &Delivered) -> Result<Answer, Failure> {
        let Some(guard) = &submitted.guard else {
            return Ok(Answer { json: delivered.answer.clone(), marked: false });
        };
        let passed = guard.judge(&delivered.bytes(), &self.places.result, delivered.failed).await?;
        let json = match &passed.rewritten {
            None => delivered.answer.clone(),
            Some(rewritten) => {
                let read = Payload::read(rewritten, &self.places, &self.provider);
                let broken = |error| {
                    Failure::internal(format!(
                        "guardrails rewrote the result so that it can't be read: {error}"
                    ))
                };
                read.map_err(broken)?.delivered.answer
            }
        };
        Ok(Answer { json: passed.shown(&json), marked: passed.marked })
    }
}
