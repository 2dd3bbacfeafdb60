//! What happens in a match: one door for every sport's commands, and for what it says of itself.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;

use crate::auth::permission::Act;
use crate::http::body::Body;
use crate::http::path::Path;
use crate::http::reader::Reader;
use crate::http::shape;
use crate::http::writer;
use crate::http::writer::Writer;
use crate::problem::Problem;
use crate::store::job::Write;

/// `GET /api/matches/{id}/{incidents,incidents/21,statistics,…}`: whatever its sport has there.
///
/// What a sport also has in words (`scorecard/text`) is given so to who accepts text alone.
pub async fn read(
    reader: Reader,
    req: HttpRequest,
    path: Path<(i64, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, part) = path.into_inner();
    reader.may(Act::read_match(id)).await?;
    let part = plain(&part).ok_or(Problem::NotFound("page"))?;
    let store = &reader.app.store;
    if wants_text(&req)
        && let Some((Value::String(text), _)) = store.game_part(id, &format!("{part}/text")).await?
    {
        return Ok(by_accept(reader.printed(&text)));
    }
    let found = store.game_part(id, part).await?;
    let (found, version) = found.ok_or(Problem::NotFound("page"))?;
    if let Value::String(text) = &found {
        return Ok(reader.printed(text));
    }
    let version = version.map(|version| version.to_string());
    Ok(by_accept(reader.found(version.as_deref(), &found)))
}

/// Caches must know that another caller may get another form.
fn by_accept(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    answer
}

/// Whether the caller names text and not JSON.
fn wants_text(req: &HttpRequest) -> bool {
    let accepted = req.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let kinds = accepted.flat_map(|value| value.split(','));
    let mut kinds = kinds.map(|kind| kind.split(';').next().unwrap_or_default().trim());
    let mut text = false;
    // A browser, which takes anything, gets what programs get.
    let others = kinds.any(|kind| {
        text |= kind == "text/plain";
        matches!(kind, "application/json" | "text/html")
    });
    text && !others
}

/// `POST`, `PUT`, `PATCH`, `DELETE /api/matches/{id}/{action}`
pub async fn act(
    writer: Writer,
    req: HttpRequest,
    path: Path<(i64, String)>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (match_id, tail) = path.into_inner();
    let action = action(req.method(), &tail).ok_or(Problem::NotFound("page"))?;
    writer.may(Act::of_command(match_id, &action)).await?;
    let hash = if body.value == serde_json::json!({}) { writer::no_body() } else { body.hash() };
    let occurred_at = occurred_at(&body.value);
    let write = Write::Act { match_id, action, body: body.value, occurred_at };
    writer.write(hash, write).await
}

/// The action as a sport knows it: the path, after the method unless that is POST.
pub fn action(method: &Method, tail: &str) -> Option<String> {
    let tail = plain(tail)?;
    if *method == Method::POST { Some(tail.to_owned()) } else { Some(format!("{method} {tail}")) }
}

/// What sports name their actions and parts with: lower-case words and numbers.
fn plain(tail: &str) -> Option<&str> {
    let tail = tail.trim_end_matches('/');
    let known =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_/".contains(&byte);
    let fine = !tail.is_empty() && tail.len() <= 64 && tail.bytes().all(known);
    fine.then_some(tail)
}

/// When it happened, where the body says so; whether that is a time, its sport judges.
pub fn occurred_at(body: &Value) -> Option<DateTime<Utc>> {
    body.get("occurred_at").and_then(|value| shape::time(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_paths() {
        let named = |method, tail| action(&method, tail);
        assert_eq!(named(Method::POST, "start").as_deref(), Some("start"));
        assert_eq!(named(Method::POST, "super-over/").as_deref(), Some("super-over"));
        assert_eq!(named(Method::PATCH, "incidents/21").as_deref(), Some("PATCH incidents/21"));
        for bad in ["", "/", "Start", "start now", "starť", &"a".repeat(65)] {
            assert_eq!(named(Method::POST, bad), None, "{bad}");
        }
    }
}
