//! Responses of a relay that can't serve a stream now.

use actix_web::{HttpRequest, HttpResponse};

use crate::http::streams::responses;
use crate::http::streams::stream_query::Transport;
use crate::problem::Problem;
use crate::stream::close_reason::CloseReason;
use crate::stream::hub::Hub;

/// The stream that tells a client why it can't be served now, and closes.
pub fn rejection_response(request: &HttpRequest, hub: &Hub, reason: CloseReason) -> HttpResponse {
    responses::refuse(request, hub, reason, true)
}

/// The answer of a relay whose upstream is away.
pub fn upstream_unreachable(
    request: &HttpRequest,
    hub: &Hub,
    transport: Transport,
) -> Result<HttpResponse, Problem> {
    match transport {
        Transport::Sse => Ok(rejection_response(request, hub, CloseReason::Unavailable)),
        Transport::Poll { .. } => {
            let cause = "the upstream can't be reached".to_owned();
            Err(Problem::Unavailable { retry_after: 2, cause })
        }
    }
}
