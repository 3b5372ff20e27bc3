//! The contract's `http`: hands what the guest wrote to the egress chain and
//! what came back to the guest.

use std::time::Duration;

use bytes::Bytes;
use wasmtime::component::Resource;

use super::body::{ClientBody, IncomingBody, too_late};
use super::edits;
use crate::api::http::{
    EventStreamMessage, Host, HostClientBody, HostIncomingBody, Method, Request, RequestBody, Response,
    ServerSentEvent,
};
use crate::api::types::{Error, ErrorKind};
use crate::egress::request::GuestRequest;
use crate::state::State;

impl Host for State {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, Error>> {
        let body = match request.body {
            RequestBody::Empty => Bytes::new(),
            RequestBody::Bytes(bytes) => bytes.into(),
            RequestBody::Forwarded((body, changes)) => {
                let body = self.table.delete(body)?;
                match edits::apply_in_turns(body.bytes, &changes).await {
                    Ok(bytes) => bytes,
                    Err(error) => return Ok(Err(Error::new(ErrorKind::InvalidRequest, error.to_string()))),
                }
            }
        };
        let limit = self.bound.request_limit();
        if body.len() > limit {
            let message = format!(
                "the request's body has {} bytes, more than the {limit} that are sent; \
                 raise `limits.request` of the provider in jackfield.toml, or send less",
                body.len()
            );
            return Ok(Err(Error::new(ErrorKind::InvalidRequest, message)));
        }
        let clock = self.bound.clock();
        let deadline = request
            .timeout_ms
            .and_then(|ms| clock.now().checked_add(Duration::from_millis(ms)))
            .map(|at| (clock, at));
        let request = GuestRequest {
            method: method(request.method),
            url: request.url,
            headers: request.headers,
            body,
            auth: request.auth,
        };
        let bound = &self.bound;
        let sending = bound.egress.send(request, &self.call);
        let answer = match &deadline {
            None => sending.await,
            Some((clock, at)) => {
                let mut late = clock.sleep_until(*at);
                let mut sending = std::pin::pin!(sending);
                let answer = std::future::poll_fn(|cx| {
                    if let std::task::Poll::Ready(answer) = sending.as_mut().poll(cx) {
                        return std::task::Poll::Ready(Some(answer));
                    }
                    late.as_mut().poll(cx).map(|()| None)
                })
                .await;
                match answer {
                    Some(answer) => answer,
                    None => return Ok(Err(too_late())),
                }
            }
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(super::record(&error))),
        };
        let body = self.table.push(IncomingBody::new(answer.body, deadline, bound.frame_limit()))?;
        self.bodies += 1;
        Ok(Ok(Response { status: answer.status, headers: answer.headers, body }))
    }
}

fn method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
        Method::Head => http::Method::HEAD,
    }
}

impl HostClientBody for State {
    fn size(&mut self, body: Resource<ClientBody>) -> wasmtime::Result<u64> {
        Ok(self.table.get(&body)?.bytes.len() as u64)
    }

    fn read(&mut self, body: Resource<ClientBody>) -> wasmtime::Result<Vec<u8>> {
        Ok(self.table.get(&body)?.bytes.to_vec())
    }

    fn get(&mut self, body: Resource<ClientBody>, pointer: String) -> wasmtime::Result<Option<String>> {
        Ok(edits::get(&self.table.get(&body)?.bytes, &pointer).map(str::to_owned))
    }

    fn drop(&mut self, body: Resource<ClientBody>) -> wasmtime::Result<()> {
        self.table.delete(body)?;
        Ok(())
    }
}

impl HostIncomingBody for State {
    async fn read_all(
        &mut self,
        body: Resource<IncomingBody>,
        limit: u64,
    ) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        let bytes = self.table.get_mut(&body)?.read_all(limit).await;
        Ok(bytes.map(Into::into))
    }

    async fn read(
        &mut self,
        body: Resource<IncomingBody>,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        let bytes = self.table.get_mut(&body)?.read(max as usize).await;
        Ok(bytes.map(Into::into))
    }

    async fn next_events(
        &mut self,
        body: Resource<IncomingBody>,
    ) -> wasmtime::Result<Result<Vec<ServerSentEvent>, Error>> {
        let events = self.table.get_mut(&body)?.next_events().await;
        Ok(events.map(|events| {
            events
                .into_iter()
                .map(|event| ServerSentEvent { event: event.event, data: event.data, id: event.id })
                .collect()
        }))
    }

    async fn next_lines(
        &mut self,
        body: Resource<IncomingBody>,
    ) -> wasmtime::Result<Result<Vec<String>, Error>> {
        Ok(self.table.get_mut(&body)?.next_lines().await)
    }

    async fn next_messages(
        &mut self,
        body: Resource<IncomingBody>,
    ) -> wasmtime::Result<Result<Vec<EventStreamMessage>, Error>> {
        let messages = self.table.get_mut(&body)?.next_messages().await;
        Ok(messages.map(|messages| {
            messages
                .into_iter()
                .map(|message| EventStreamMessage { headers: message.headers, payload: message.payload })
                .collect()
        }))
    }

    fn drop(&mut self, body: Resource<IncomingBody>) -> wasmtime::Result<()> {
        self.table.delete(body)?;
        self.bodies -= 1;
        Ok(())
    }
}
