//! Things that the host keeps for a guest, outside of the guest's own memory.

use serde_json::{Value, json};
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::Fields;

use crate::order::Order;
use crate::send::{failed, request};

/// Bytes of a header list: less than any limit on one of them.
const BYTES: usize = 60_000;

/// Holds so many header lists at once.
pub(crate) fn headers(count: usize) -> Value {
    let value = vec![b'x'; BYTES];
    let mut held = Vec::new();
    for _ in 0..count {
        let fields = Fields::new();
        if let Err(error) = fields.append("x-hoard", &value) {
            return failed("header", error);
        }
        held.push(fields);
    }
    json!({ "held": held.len() })
}

/// Begins requests whose bodies never end. `refused` is how many the host
/// didn't wait with.
pub(crate) fn requests(order: &Order) -> Value {
    let mut held = Vec::new();
    for _ in 0..order.times {
        let begun = request(order).and_then(|request| {
            let body = request.body().map_err(|()| failed("request", "it has no body"))?;
            let future = handle(request, None).map_err(|code| failed("handle", code))?;
            Ok((body, future))
        });
        match begun {
            Ok(begun) => held.push(begun),
            Err(failure) => return failure,
        }
    }
    // A refusal comes as an answer. The last is refused for sure where there is
    // a limit at all, and those before it no later.
    if let Some((_, last)) = held.last() {
        last.subscribe().block();
    }
    let answered = held.iter().filter(|(_, future)| future.subscribe().ready());
    let refused = answered.filter(|(_, future)| matches!(future.get(), Some(Ok(Err(_))))).count();
    json!({ "held": held.len(), "refused": refused })
}
