//! Every route checks a permission.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::none_of;
use crate::route_table::{Route, routes};

/// Handlers that anybody may call, or that act on the caller alone.
const OPEN: [(&str, &str); 7] = [
    ("admin::health", "a load balancer asks without credentials"),
    ("admin::ready", "a load balancer asks without credentials"),
    ("admin::metrics", "open to direct callers from TOUCHLINE_METRICS_FROM only"),
    ("openapi::serve_document", "the API description is everybody's"),
    ("sessions::login", "whoever signs in has no credentials yet"),
    ("sessions::logout", "ends the caller's own session"),
    ("sessions::current_user", "shows the caller's own account"),
];

/// What a handler calls to check a permission, directly or through a function of its file.
const CHECKS: [&str; 5] = [
    ".require(",
    ".require_list_access(",
    ".authorize(",
    ".commit_with_key(",
    "permission::check(",
];

/// The text of a function and of all functions of the same file that it calls, directly or not.
fn body_with_callees(file: &str, name: &str) -> String {
    let names: BTreeSet<&str> =
        file.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next()).collect();
    let (mut seen, mut todo, mut text) = (BTreeSet::new(), vec![name], String::new());
    while let Some(name) = todo.pop() {
        let Some(start) = file.find(&format!("fn {name}(")).filter(|_| seen.insert(name)) else {
            continue;
        };
        let end = file[start..].find("\n}\n").map_or(file.len(), |end| start + end);
        let body = &file[start..end];
        text += body;
        todo.extend(names.iter().filter(|callee| body.contains(&format!("{callee}("))));
    }
    text
}

fn source_of(module: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let path = module.replace("::", "/");
    let files = [folder.join(format!("{path}.rs")), folder.join(&path).join("mod.rs")];
    let mut text =
        files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect::<String>();
    // A folder's handlers may stand in its other files.
    if let Ok(entries) = fs::read_dir(folder.join(&path)) {
        text.extend(entries.filter_map(|entry| fs::read_to_string(entry.unwrap().path()).ok()));
    }
    text
}

#[test]
fn every_route_checks_a_permission() {
    let mut faults = Vec::new();
    for Route { handler, path, .. } in routes() {
        // These two authorize every mutation, each of which has its permission.
        let is_mutation =
            handler.starts_with("commit::<") || handler.starts_with("commit_without_body::<");
        if is_mutation || OPEN.iter().any(|(open, _)| *open == handler) {
            continue;
        }
        let (module, name) = handler.rsplit_once("::").unwrap();
        let body = body_with_callees(&source_of(module), name);
        if !CHECKS.iter().any(|check| body.contains(check)) {
            faults.push(format!("{path}: {handler} checks no permission"));
        }
    }
    none_of(faults);
}
