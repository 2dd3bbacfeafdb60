//! The route table of `src/http/mod.rs`, as text.

/// One method of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: String,
    pub path: String,
    /// As written: `teams::read`, `commit::<CreateTeam>`.
    pub handler: String,
}

/// Parses the table; without white space a route is
/// `route!(config,"/api/teams",[teams::list],post=>commit::<CreateTeam>);`.
pub fn routes() -> Vec<Route> {
    let table = include_str!("../../src/http/mod.rs");
    let text: String = table.split_whitespace().collect();
    let mut routes = Vec::new();
    for line in text.split("route!(config,\"").skip(1) {
        let (path, rest) = line.split_once("\",[").unwrap();
        let (get_handler, rest) = rest.split_once(']').unwrap();
        let (others, _) = rest.split_once(");").unwrap();
        let mut add = |method: &str, handler: &str| {
            let method = method.to_uppercase();
            routes.push(Route { method, path: path.to_owned(), handler: handler.to_owned() });
        };
        if !get_handler.is_empty() {
            add("get", get_handler);
        }
        for other in others.split(',').filter(|other| !other.is_empty()) {
            let (method, handler) = other.split_once("=>").unwrap();
            add(method, handler);
        }
    }
    assert!(routes.len() > 60, "{routes:?}");
    routes
}
