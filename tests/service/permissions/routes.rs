//! The routes as listed in `src/http/mod.rs`.

use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../../src/http/mod.rs");

/// Returns `GET /api/teams/{id}` and so on.
pub fn all() -> BTreeSet<String> {
    let text: String = TABLE.split_whitespace().collect();
    let mut routes = BTreeSet::new();
    for line in text.split("route!(config,\"").skip(1) {
        let (path, rest) = line.split_once("\",[").expect("a path and its GET handler");
        let (get_handler, rest) = rest.split_once(']').expect("the end of the GET handler");
        let (other_handlers, _) = rest.split_once(");").expect("the end of the line");
        if !get_handler.is_empty() {
            routes.insert(format!("GET {path}"));
        }
        for handler in other_handlers.split(',').filter(|handler| !handler.is_empty()) {
            let (method, _) = handler.split_once("=>").expect("a method and its handler");
            routes.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    assert!(routes.len() > 60, "{routes:?}");
    routes
}
