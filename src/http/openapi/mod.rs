//! `GET /api/openapi.json`: the API as `OpenAPI` 3.1, generated from the texts in `api/`.
//!
//! The texts are written by hand and checked against the service: a test compares them with the
//! route table, and the service tests validate every response against them.

mod closed_sets;
mod document_builder;
mod operation;
mod problem_codes;
mod source_parser;
mod type_parser;

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use document_builder::DocumentBuilder;
use serde_json::Value;

use crate::http::pages::encoded_file;
use crate::problem::Problem;
use crate::sports::SportRules;

/// Source texts whose definitions all others use.
const SHARED_SOURCES: [&str; 2] = [include_str!("api/shared.txt"), include_str!("api/streams.txt")];

/// The other source texts, after those of the sports.
const SPEC_SOURCES: [&str; 4] = [
    include_str!("api/matches.txt"),
    include_str!("api/events.txt"),
    include_str!("api/teams.txt"),
    include_str!("api/accounts.txt"),
];

static DOCUMENT: LazyLock<Result<String, String>> =
    LazyLock::new(|| build_document().map(|document| document.to_string()));

/// The document in gzip, a tenth of the size.
static DOCUMENT_GZIP: LazyLock<Bytes> = LazyLock::new(|| match &*DOCUMENT {
    Ok(text) => encoded_file::gzip(text.as_bytes()),
    Err(_) => Bytes::new(),
});

const CONTENT_TYPE: &str = "application/json";

/// Serves the document, the same for every caller.
pub async fn serve_document(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let text = DOCUMENT.as_ref().map_err(|error| Problem::Internal(error.clone()))?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(CONTENT_TYPE)
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .insert_header((header::VARY, "Accept-Encoding"));
    if encoded_file::accepts_gzip(&request) {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
        return Ok(response.body(DOCUMENT_GZIP.clone()));
    }
    Ok(response.body(text.as_str()))
}

/// Builds the whole document; the error names the line that can't be parsed.
pub fn build_document() -> Result<Value, String> {
    let mut document = DocumentBuilder::default();
    let sports = SportRules::all().iter().map(|rules| rules.api_description);
    let texts = SHARED_SOURCES.into_iter().chain(sports).chain(SPEC_SOURCES);
    texts.filter(|text| !text.is_empty()).try_for_each(|text| document.parse_source(text))?;
    match document.added_fields.keys().next() {
        Some(name) => Err(format!("+ {name}: no schema has this name")),
        None => Ok(document.build()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Collects every `$ref` in a value.
    fn collect_references(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    into.insert(reference.clone());
                }
                fields.values().for_each(|value| collect_references(value, into));
            }
            Value::Array(items) => items.iter().for_each(|item| collect_references(item, into)),
            _ => {}
        }
    }

    #[test]
    fn all_sources_parse_and_all_references_resolve() {
        let document = build_document().unwrap();
        let mut references = BTreeSet::new();
        collect_references(&document, &mut references);
        let missing: Vec<_> = references
            .iter()
            .filter(|reference| document.pointer(reference.trim_start_matches('#')).is_none())
            .collect();
        assert!(missing.is_empty(), "{missing:#?}");
        let shapes = document["components"]["schemas"].as_object().unwrap();
        let unused: Vec<_> = shapes
            .keys()
            .filter(|name| !references.contains(&format!("#/components/schemas/{name}")))
            .collect();
        assert!(unused.is_empty(), "unused schemas: {unused:#?}");
    }

    #[test]
    fn every_documented_problem_code_has_its_status() {
        let table = include_str!("../../../docs/protocol.md");
        let (_, problems) = table.split_once("## Problems").unwrap();
        for line in problems.lines().filter(|line| line.starts_with("| `")) {
            let mut cells = line.split('|').skip(1);
            let (code_cell, statuses) = (cells.next().unwrap(), cells.next().unwrap());
            for code in code_cell.split('`').skip(1).step_by(2) {
                let status = problem_codes::status_of(code).to_string();
                assert!(statuses.contains(&status), "{code} is {statuses}, not {status}");
            }
        }
    }
}
