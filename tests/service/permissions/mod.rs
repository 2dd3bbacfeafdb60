//! Every route × everybody × public and private: what is allowed is allowed, all else is refused
//! alike, and what is refused leaves nothing behind.

mod requests;
pub mod routes;
mod scenario;
mod table;

use std::collections::BTreeSet;

use requests::Row;
use scenario::World;
use serde_json::Value;
use table::ROLES;

use crate::support::api_client::{Answer, Client};
use crate::support::database::Database;
use crate::support::server::TestServer;

crate::support::on_both! {
    g7_public_resources_follow_the_permission_table,
    g7_private_resources_follow_the_permission_table,
}

async fn g7_public_resources_follow_the_permission_table(database: Database) {
    everybody_may_what_the_table_says(database, false).await;
}

async fn g7_private_resources_follow_the_permission_table(database: Database) {
    everybody_may_what_the_table_says(database, true).await;
}

#[test]
fn every_route_is_in_the_permission_table() {
    let rows: BTreeSet<_> = requests::all().iter().map(|row| row.route.to_owned()).collect();
    let routes = routes::all();
    let missing: Vec<_> = routes.difference(&rows).collect();
    assert!(missing.is_empty(), "routes without a row: {missing:#?}");
    let strange: Vec<_> = rows.difference(&routes).collect();
    assert!(strange.is_empty(), "rows without a route: {strange:#?}");
}

/// First all that is refused, after which nothing has changed; then all that is allowed.
async fn everybody_may_what_the_table_says(database: Database, private: bool) {
    let server = TestServer::start(database, &[]).await;
    let world = World::new(&server, private).await;
    let mut faults = Vec::new();

    let mut targets = Vec::new();
    for row in requests::all() {
        targets.push((world.renew(row.fresh).await, row));
    }
    let before = world.state().await;
    for (target, row) in &targets {
        for (role, client) in world.clients.iter().enumerate() {
            if let Some(status) = table::refused(row.right, role, private) {
                let answer = send(client, row, &world.fill(&row.path), target, &world).await;
                faults.extend(refusal(row, role, &answer, status));
                faults.extend(looks_unknown(&world, client, row, role, &answer).await);
            }
        }
    }
    if world.state().await != before {
        faults.push("something that was refused has left a trace".to_owned());
    }

    for (_, row) in &targets {
        for (role, client) in world.clients.iter().enumerate() {
            if table::refused(row.right, role, private).is_none() {
                let target = world.renew(row.fresh).await;
                let answer = send(client, row, &world.fill(&row.path), &target, &world).await;
                faults.extend(refused_though_allowed(row, role, &answer));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

async fn send(client: &Client, row: &Row, path: &str, target: &str, world: &World) -> Answer {
    let body = world.fill(&row.body.to_string());
    ask(client, row, &path.replace("{new}", target), &body).await
}

async fn ask(client: &Client, row: &Row, path: &str, body: &str) -> Answer {
    let body: Value = serde_json::from_str(body).unwrap();
    let body = (!body.is_null()).then_some(body);
    let headers: &[_] = if row.stale { &[("If-Match", "\"0\"")] } else { &[] };
    client.send(row.method.clone(), path, body, headers).await.unwrap()
}

fn about(row: &Row, role: usize) -> String {
    format!("{} {} of {}", row.method, row.path, ROLES[role])
}

fn refusal(row: &Row, role: usize, answer: &Answer, status: u16) -> Option<String> {
    let kept = answer.header("cache-control") != "no-store";
    let plain = answer.header("content-type") != "application/problem+json";
    let wrong = answer.status != status || kept || plain;
    wrong.then(|| format!("{}: {status} expected: {answer:?}", about(row, role)))
}

fn refused_though_allowed(row: &Row, role: usize, answer: &Answer) -> Option<String> {
    // Nobody reads this connection, and football has no such action: but it could be asked.
    let nothing_there = row.path.ends_with("c-999999") || row.method == reqwest::Method::PUT;
    let refused = match answer.status {
        401 | 403 | 405 | 500.. => true,
        404 => !nothing_there,
        412 => !row.stale,
        _ => row.stale,
    };
    refused.then(|| format!("{} is allowed: {answer:?}", about(row, role)))
}

/// Things that are hidden are asked for again by ids that nothing has: the answers don't differ.
async fn looks_unknown(
    world: &World,
    client: &Client,
    row: &Row,
    role: usize,
    hidden: &Answer,
) -> Option<String> {
    let template = format!("{} {}", row.path, row.body);
    let has = |names: &[&str]| names.iter().any(|name| template.contains(name));
    let secret = has(&["{event}", "{purchase}", "{announcement}", "{targeted}", "{code}"]);
    let is_open = has(&["{team}", "{match}", "{finished}"]);
    let compare = hidden.status == 404 || hidden.status == 401 && secret && !is_open;
    if !compare {
        return None;
    }
    let path = world.unknown(&row.path).replace("{new}", "999999");
    let unknown = ask(client, row, &path, &world.unknown(&row.body.to_string())).await;
    let body = |answer: &Answer| {
        let mut document = answer.json();
        // Which topics of several were refused: as they were asked for.
        document.as_object_mut().map(|fields| fields.remove("topics"));
        document
    };
    let same = unknown.status == hidden.status && body(&unknown) == body(hidden);
    (!same).then(|| format!("{}: hidden is {hidden:?}, unknown {unknown:?}", about(row, role)))
}
