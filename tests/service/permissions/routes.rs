//! The routes as `src/http/mod.rs` writes them.

use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../../src/http/mod.rs");

/// `GET /api/teams/{id}`, and so on.
pub fn all() -> BTreeSet<String> {
    let text: String = TABLE.split_whitespace().collect();
    let mut routes = BTreeSet::new();
    for line in text.split("at!(config,\"").skip(1) {
        let (path, rest) = line.split_once("\",[").expect("a path and its reader");
        let (reader, rest) = rest.split_once(']').expect("the end of the reader");
        let (writers, _) = rest.split_once(");").expect("the end of the line");
        if !reader.is_empty() {
            routes.insert(format!("GET {path}"));
        }
        for writer in writers.split(',').filter(|writer| !writer.is_empty()) {
            let (method, _) = writer.split_once("=>").expect("a method and its handler");
            routes.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    assert!(routes.len() > 60, "{routes:?}");
    routes
}
