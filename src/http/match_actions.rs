//! Actions and parts of a match, for every sport.

use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::closed_set::ClosedSet;
use crate::domain::permission::Permission;
use crate::http::json_body::JsonBody;
use crate::http::path::Path;
use crate::http::read_context::ReadContext;
use crate::http::write_context;
use crate::http::write_context::WriteContext;
use crate::input::{self, Shape};
use crate::problem::Problem;
use crate::sports::{ActionMethod, MatchAction};
use crate::store::mutation::ApplyMatchAction;

/// `GET /api/matches/{id}/{incidents,incidents/21,statistics,…}`: a part of its sport's state.
///
/// A part that also exists as text (`scorecard/text`) is sent as text to clients that accept only
/// that.
pub async fn read_part(
    ctx: ReadContext,
    req: HttpRequest,
    path: Path<(i64, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, part) = path.into_inner();
    ctx.require(Permission::read_match(id)).await?;
    let part = valid_tail(&part).ok_or(Problem::NotFound("page"))?;
    let store = &ctx.app.store;
    if prefers_text(&req)
        && let Some((Value::String(text), _)) =
            store.match_part(id, &format!("{part}/text")).await?
    {
        return Ok(vary_on_accept(ctx.text_response(&text)));
    }
    let value = store.match_part(id, part).await?;
    let (found, version) = value.ok_or(Problem::NotFound("page"))?;
    if let Value::String(text) = &found {
        return Ok(ctx.text_response(text));
    }
    let version = version.map(|version| version.to_string());
    Ok(vary_on_accept(ctx.json_response(version.as_deref(), &found)))
}

/// Tells caches that the form depends on `Accept`.
fn vary_on_accept(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    response
}

/// Whether the client accepts plain text but not JSON.
fn prefers_text(req: &HttpRequest) -> bool {
    let accepted = req.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let media_types = accepted.flat_map(|value| value.split(','));
    let mut kinds = media_types.map(|kind| kind.split(';').next().unwrap_or_default().trim());
    let mut accepts_text = false;
    // A browser accepts anything and gets JSON.
    let prefers_other = kinds.any(|kind| {
        accepts_text |= kind == "text/plain";
        matches!(kind, "application/json" | "text/html")
    });
    accepts_text && !prefers_other
}

/// `POST`, `PUT`, `PATCH`, `DELETE /api/matches/{id}/{action}`
pub async fn apply_action(
    ctx: WriteContext,
    req: HttpRequest,
    path: Path<(i64, String)>,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let (match_id, tail) = path.into_inner();
    let action = find_action(req.method().as_str(), &tail)?;
    let hash = if body.value == serde_json::json!({}) {
        write_context::empty_body_hash()
    } else {
        body.hash()
    };
    let occurred_at = parse_occurred_at(&body.value);
    let mutation = ApplyMatchAction { match_id, action, body: body.value, occurred_at };
    let authorized = ctx.authorize(mutation).await?;
    let outcome = ctx.commit(authorized, hash).await?;
    Ok(ctx.outcome_response(None, &outcome))
}

/// The action at this method and path: 404 unless some sport declares it, before any permission.
pub fn find_action(method: &str, tail: &str) -> Result<MatchAction, Problem> {
    let path = valid_tail(tail).ok_or(Problem::NotFound("page"))?;
    let method = ActionMethod::from_text(method);
    let action = method.and_then(|method| MatchAction::find(method, path));
    action.ok_or(Problem::NotFound("action"))
}

/// The path of an action or part, if it has only lower-case words and numbers.
fn valid_tail(tail: &str) -> Option<&str> {
    let tail = tail.trim_end_matches('/');
    let is_allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_/".contains(&byte);
    let is_valid = !tail.is_empty() && tail.len() <= 64 && tail.bytes().all(is_allowed);
    is_valid.then_some(tail)
}

/// The body's `occurred_at`, if it is a valid time; the sport's rules reject an invalid one.
pub fn parse_occurred_at(body: &Value) -> Option<DateTime<Utc>> {
    body.get("occurred_at").and_then(|value| input::time().parse(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_declared_actions_are_found() {
        let found = |method, tail| find_action(method, tail).ok().map(|one| one.name().to_owned());
        assert_eq!(found("POST", "start").as_deref(), Some("start"));
        assert_eq!(found("POST", "super-over/").as_deref(), Some("super-over"));
        assert_eq!(found("PATCH", "incidents/21").as_deref(), Some("PATCH incidents/21"));
        for bad in ["", "/", "Start", "start now", "starť", "dance", &"a".repeat(65)] {
            assert_eq!(found("POST", bad), None, "{bad}");
        }
    }
}
