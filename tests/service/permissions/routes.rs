//! The routes as listed in `src/http/mod.rs`.

use std::collections::BTreeSet;

use crate::route_table;

/// Returns `GET /api/teams/{id}` and so on.
pub fn all() -> BTreeSet<String> {
    let routes = route_table::routes().into_iter();
    routes.map(|route| format!("{} {}", route.method, route.path)).collect()
}
