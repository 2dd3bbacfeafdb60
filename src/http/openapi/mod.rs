//! `GET /api/openapi.json`: the API as `OpenAPI` 3.1, from the texts in `api/`.
//!
//! They are written by hand, in a form that can be read, and held to what the service does: one
//! test compares them with the table of routes, and every answer that the service tests get is
//! compared with what is promised here.

mod codes;
mod operation;
mod text;
mod types;

use std::sync::LazyLock;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use bytes::Bytes;
use serde_json::Value;

use crate::http::pages::packed;
use crate::problem::Problem;
use text::Document;

/// What is used by others stands before them.
const TEXTS: [&str; 8] = [
    include_str!("api/shared.txt"),
    include_str!("api/streams.txt"),
    include_str!("api/football.txt"),
    include_str!("api/cricket.txt"),
    include_str!("api/matches.txt"),
    include_str!("api/events.txt"),
    include_str!("api/teams.txt"),
    include_str!("api/accounts.txt"),
];

static DOCUMENT: LazyLock<Result<String, String>> =
    LazyLock::new(|| document().map(|document| document.to_string()));

/// The same in a tenth of the bytes.
static PACKED: LazyLock<Bytes> = LazyLock::new(|| match &*DOCUMENT {
    Ok(text) => packed::gzip(text.as_bytes()),
    Err(_) => Bytes::new(),
});

const KIND: &str = "application/json";

/// The same for everybody, whoever asks.
pub async fn serve(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let text = DOCUMENT.as_ref().map_err(|fault| Problem::Internal(fault.clone()))?;
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(KIND)
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .insert_header((header::VARY, "Accept-Encoding"));
    if packed::is_wanted(&request) {
        answer.insert_header((header::CONTENT_ENCODING, "gzip"));
        return Ok(answer.body(PACKED.clone()));
    }
    Ok(answer.body(text.as_str()))
}

/// The whole document, or which line of the texts can't be read.
pub fn document() -> Result<Value, String> {
    let mut document = Document::default();
    TEXTS.iter().try_for_each(|text| document.read(text))?;
    Ok(document.finish())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every `$ref` anywhere in it.
    fn references(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(place)) = fields.get("$ref") {
                    into.insert(place.clone());
                }
                fields.values().for_each(|value| references(value, into));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, into)),
            _ => {}
        }
    }

    #[test]
    fn all_texts_can_be_read_and_nothing_is_named_that_is_not_there() {
        let document = document().unwrap();
        let mut named = BTreeSet::new();
        references(&document, &mut named);
        let missing: Vec<_> = named
            .iter()
            .filter(|place| document.pointer(place.trim_start_matches('#')).is_none())
            .collect();
        assert!(missing.is_empty(), "{missing:#?}");
        let shapes = document["components"]["schemas"].as_object().unwrap();
        let idle: Vec<_> = shapes
            .keys()
            .filter(|name| !named.contains(&format!("#/components/schemas/{name}")))
            .collect();
        assert!(idle.is_empty(), "shapes that nothing has: {idle:#?}");
    }

    #[test]
    fn every_problem_that_is_documented_elsewhere_is_known_here() {
        let table = include_str!("../../../docs/protocol.md");
        let (_, problems) = table.split_once("## Problems").unwrap();
        for line in problems.lines().filter(|line| line.starts_with("| `")) {
            let mut cells = line.split('|').skip(1);
            let (words, statuses) = (cells.next().unwrap(), cells.next().unwrap());
            for code in words.split('`').skip(1).step_by(2) {
                let status = codes::status(code).to_string();
                assert!(statuses.contains(&status), "{code} is {statuses}, not {status}");
            }
        }
    }
}
