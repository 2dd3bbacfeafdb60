//! The requests: every route with an effective request and the permission it needs.

use reqwest::Method;
use serde_json::{Value, json};

/// What must be created before a request can delete it.
#[derive(Clone, Copy, Debug)]
pub enum DisposableTarget {
    Nothing,
    Player,
    Incident,
    Member,
    Official,
    Manager,
    Registration,
    TeamRegistration,
    Invitation,
    Result,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub method: Method,
    /// As in the route table.
    pub route: &'static str,
    /// With placeholders for ids.
    pub path: String,
    pub right: &'static str,
    pub body: Value,
    /// Sends an outdated `If-Match`, so that an allowed request has no effect.
    pub has_stale_version: bool,
    pub target: DisposableTarget,
}

fn row(route: &'static str, path: &str, right: &'static str, body: Value) -> Row {
    let (method, _) = route.split_once(' ').expect("a method and a path");
    let method = method.parse().unwrap();
    Row {
        method,
        route,
        path: path.to_owned(),
        right,
        body,
        has_stale_version: false,
        target: DisposableTarget::Nothing,
    }
}

fn get(route: &'static str, path: &str, right: &'static str) -> Row {
    row(route, path, right, Value::Null)
}

/// Deletes something that is created anew for each request.
fn delete_target(
    route: &'static str,
    path: &str,
    right: &'static str,
    target: DisposableTarget,
) -> Row {
    Row { target, ..row(route, path, right, Value::Null) }
}

/// Would delete something that other rows need, so it uses a stale version.
fn delete_with_stale_version(route: &'static str, path: &str, right: &'static str) -> Row {
    Row { has_stale_version: true, ..row(route, path, right, Value::Null) }
}

pub fn all() -> Vec<Row> {
    // Last, because it ends the session.
    let sign_out = row("POST /api/auth/logout", "/api/auth/logout", "open", json!({}));
    [services(), streams(), teams(), matches(), events(), sales(), vec![sign_out]].concat()
}

#[rustfmt::skip]
fn services() -> Vec<Row> {
    let user = json!({ "email": "new@example.org", "name": "New", "password": "long enough it is" });
    vec![
        get("GET /healthz", "/healthz", "open"),
        get("GET /readyz", "/readyz", "open"),
        get("GET /metrics", "/metrics", "open"),
        get("GET /api/openapi.json", "/api/openapi.json", "open"),
        get("GET /api/admin/streams", "/api/admin/streams", "administer"),
        get("GET /api/admin/connections", "/api/admin/connections", "administer"),
        row("DELETE /api/admin/connections/{id}", "/api/admin/connections/c-999999", "administer", Value::Null),
        row("POST /api/auth/login", "/api/auth/login", "open", json!({})),
        get("GET /api/auth/me", "/api/auth/me", "sign in"),
        row("POST /api/stream-tickets", "/api/stream-tickets", "buy", json!({ "topics": ["event_{event}"] })),
        row("POST /api/stream-tickets", "/api/stream-tickets", "read purchase", json!({ "topics": ["purchase_{purchase}"] })),
        get("GET /api/users", "/api/users", "administer"),
        row("POST /api/users", "/api/users", "administer", user),
        get("GET /api/users/{id}", "/api/users/{stranger}", "own account"),
        row("PATCH /api/users/{id}", "/api/users/{stranger}", "own account", json!({ "name": "Other" })),
    ]
}

#[rustfmt::skip]
fn streams() -> Vec<Row> {
    let now = "?transport=poll&wait=0";
    let history = "GET /api/streams/{topic}/messages";
    let of = |route, path: &str, right| get(route, &format!("{path}{now}"), right);
    vec![
        of("GET /api/matches/{id}/stream", "/api/matches/{match}/stream", "read match"),
        get("GET /api/stream", "/api/stream?topic=event_{event}&topic=match_{match}&transport=poll&wait=0", "read event"),
        get("GET /api/stream", "/api/stream/?topic=team_{team}_live&transport=poll&wait=0", "read team"),
        of("GET /api/teams/{id}/stream", "/api/teams/{team}/stream/", "read team"),
        of("GET /api/teams/{id}/stream/{channel}", "/api/teams/{team}/stream/schedule", "read team"),
        of("GET /api/events/{id}/stream", "/api/events/{event}/stream", "read event"),
        of("GET /api/events/{id}/stream/{channel}", "/api/events/{event}/stream/results/", "read event"),
        of("GET /api/events/{id}/stream/{channel}", "/api/events/{event}/stream/schedule", "read event"),
        of("GET /api/events/{id}/stream/{channel}", "/api/events/{event}/stream/announcements", "read event"),
        of("GET /api/purchases/{id}/stream", "/api/purchases/{purchase}/stream/", "read purchase"),
        get("GET /api/matches/{id}/replay", "/api/matches/{match}/replay?speed=10000", "read match"),
        get(history, "/api/streams/match_{match}/messages", "read match"),
        get(history, "/api/streams/team_{team}_results/messages", "read team"),
        get(history, "/api/streams/event_{event}/messages", "read event"),
        get(history, "/api/streams/purchase_{purchase}/messages", "read purchase"),
    ]
}

#[rustfmt::skip]
fn teams() -> Vec<Row> {
    vec![
        get("GET /api/teams", "/api/teams", "list"),
        row("POST /api/teams", "/api/teams", "sign in", json!({ "name": "Mine" })),
        get("GET /api/teams/{id}", "/api/teams/{team}", "read team"),
        row("PATCH /api/teams/{id}", "/api/teams/{team}", "edit team", json!({ "short_name": "HOM" })),
        get("GET /api/teams/{id}/matches", "/api/teams/{team}/matches", "read team"),
        row("POST /api/teams/{id}/matches", "/api/teams/{team}/matches", "edit team", json!({ "match_id": "{alone}" })),
        get("GET /api/teams/{id}/results", "/api/teams/{team}/results", "read team"),
        get("GET /api/teams/{id}/registrations", "/api/teams/{team}/registrations", "edit team"),
        get("GET /api/teams/{id}/players", "/api/teams/{team}/players", "read team"),
        row("POST /api/teams/{id}/players", "/api/teams/{team}/players", "edit team", json!({ "name": "New" })),
        Row { target: DisposableTarget::Player, ..get("GET /api/teams/{id}/players/{player}", "/api/teams/{team}/players/{new}", "read team") },
        Row { target: DisposableTarget::Player, ..row("PATCH /api/teams/{id}/players/{player}", "/api/teams/{team}/players/{new}", "edit team", json!({ "name": "Other" })) },
        delete_target("DELETE /api/teams/{id}/players/{player}", "/api/teams/{team}/players/{new}", "edit team", DisposableTarget::Player),
        get("GET /api/teams/{id}/members", "/api/teams/{team}/members", "read members"),
        row("POST /api/teams/{id}/members", "/api/teams/{team}/members", "edit team", json!({ "user_id": "{spare}", "role": "family" })),
        delete_target("DELETE /api/teams/{id}/members/{user}", "/api/teams/{team}/members/{new}", "edit team", DisposableTarget::Member),
        delete_target("DELETE /api/teams/{id}/registrations/{event}", "/api/teams/{team}/registrations/{new}", "edit team", DisposableTarget::Invitation),
        // Members of the team take part again.
        row("POST /api/events/{id}/registrations", "/api/events/{event}/registrations", "edit event", json!({ "team_id": "{team}" })),
        row("POST /api/teams/{id}/registrations", "/api/teams/{team}/registrations", "edit team", json!({ "event_id": "{event}" })),
        delete_with_stale_version("DELETE /api/teams/{id}", "/api/teams/{team}", "edit team"),
    ]
}

#[rustfmt::skip]
fn matches() -> Vec<Row> {
    let started = "POST /api/matches/{id}/{action:start|pause|resume|end|postpone|cancel|abandon}";
    let of_sport = ["GET /api/matches/{id}/{action:.+}", "POST /api/matches/{id}/{action:.+}",
        "PATCH /api/matches/{id}/{action:.+}", "DELETE /api/matches/{id}/{action:.+}", "PUT /api/matches/{id}/{action:.+}"];
    let note = json!({ "kind": "note", "period": "first_half", "minute": 1, "text": "x" });
    let alone = json!({ "sport": "football", "home_team_id": "{team}", "away_team_id": "{away}" });
    let mut inside = alone.clone();
    inside["event_id"] = json!("{event}");
    vec![
        get("GET /api/matches", "/api/matches", "list"),
        row("POST /api/matches", "/api/matches", "edit team", alone),
        row("POST /api/matches", "/api/matches", "edit event", inside),
        get("GET /api/matches/{id}", "/api/matches/{match}", "read match"),
        row("PATCH /api/matches/{id}", "/api/matches/{match}", "edit match", json!({ "venue": "Here" })),
        get("GET /api/matches/{id}/state", "/api/matches/{match}/state", "read match"),
        get("GET /api/matches/{id}/officials", "/api/matches/{match}/officials", "read match"),
        row("POST /api/matches/{id}/officials", "/api/matches/{match}/officials", "edit match", json!({ "user_id": "{spare}", "role": "scorer" })),
        delete_target("DELETE /api/matches/{id}/officials/{user}", "/api/matches/{match}/officials/{new}", "edit match", DisposableTarget::Official),
        get("GET /api/matches/{id}/recorders", "/api/matches/{match}/recorders", "record"),
        row("POST /api/matches/{id}/sync", "/api/matches/{match}/sync", "sync match", json!([])),
        get(of_sport[0], "/api/matches/{match}/incidents", "read match"),
        row(of_sport[1], "/api/matches/{match}/incidents", "record", note),
        Row { target: DisposableTarget::Incident, ..row(of_sport[2], "/api/matches/{match}/incidents/{new}", "record", json!({ "text": "y" })) },
        delete_target(of_sport[3], "/api/matches/{match}/incidents/{new}", "run match", DisposableTarget::Incident),
        row(of_sport[4], "/api/matches/{match}/incidents", "no such action", json!({})),
        get(of_sport[0], "/api/matches/{match}/lineups", "read match"),
        row(of_sport[4], "/api/matches/{match}/lineups", "record", json!({ "home": null })),
        row(started, "/api/matches/{match}/pause", "run match", json!({})),
        row(started, "/api/matches/{match}/resume", "run match", json!({})),
        row(started, "/api/matches/{match}/start", "run match", json!({})),
        row(started, "/api/matches/{match}/end", "run match", json!({})),
        row(started, "/api/matches/{match}/abandon", "run match", json!({})),
        row(started, "/api/matches/{match}/postpone", "edit match", json!({})),
        row(started, "/api/matches/{match}/cancel", "edit match", json!({})),
        get("GET /api/matches/{id}/{action:result}", "/api/matches/{finished}/result", "read match"),
        row("PUT /api/matches/{id}/{action:result}", "/api/matches/{finished}/result", "edit match", json!({ "home_score": 3, "away_score": 0 })),
        delete_target("DELETE /api/matches/{id}/{action:result}", "/api/matches/{finished}/result", "edit match", DisposableTarget::Result),
        delete_with_stale_version("DELETE /api/matches/{id}", "/api/matches/{match}", "edit match"),
    ]
}

#[rustfmt::skip]
fn events() -> Vec<Row> {
    let cup = json!({ "name": "Mine", "sport": "football", "visibility": "private" });
    let announcement = json!({
        "event_id": "{event}", "type": "general", "priority": "normal", "title": "T", "message": "M", "team_ids": [],
    });
    vec![
        get("GET /api/events", "/api/events", "list"),
        row("POST /api/events", "/api/events", "sign in", cup),
        get("GET /api/events/{id}", "/api/events/{event}", "read event"),
        row("PATCH /api/events/{id}", "/api/events/{event}", "edit event", json!({ "name": "Other" })),
        get("GET /api/events/{id}/managers", "/api/events/{event}/managers", "edit event"),
        row("POST /api/events/{id}/managers", "/api/events/{event}/managers", "edit event", json!({ "user_id": "{spare}" })),
        delete_target("DELETE /api/events/{id}/managers/{user}", "/api/events/{event}/managers/{new}", "edit event", DisposableTarget::Manager),
        get("GET /api/events/{id}/registrations", "/api/events/{event}/registrations", "edit event"),
        row("POST /api/events/{id}/registrations", "/api/events/{event}/registrations", "edit event", json!({ "user_id": "{spare}" })),
        delete_target("DELETE /api/events/{id}/registrations/users/{user}", "/api/events/{event}/registrations/users/{new}", "edit event", DisposableTarget::Registration),
        row("PATCH /api/events/{id}/registrations/teams/{team}", "/api/events/{event}/registrations/teams/{team}", "edit event", json!({ "deduction": 3, "reason": "late" })),
        delete_target("DELETE /api/events/{id}/registrations/teams/{team}", "/api/events/{event}/registrations/teams/{new}", "edit event", DisposableTarget::TeamRegistration),
        get("GET /api/events/{id}/matches", "/api/events/{event}/matches?status=live", "read event"),
        get("GET /api/events/{id}/results", "/api/events/{event}/results", "read event"),
        get("GET /api/events/{id}/leaderboard", "/api/events/{event}/leaderboard", "read event"),
        get("GET /api/announcements", "/api/announcements", "list"),
        row("POST /api/announcements", "/api/announcements", "edit event", announcement),
        get("GET /api/announcements/{id}", "/api/announcements/{announcement}", "read event"),
        get("GET /api/announcements/{id}", "/api/announcements/{targeted}", "read for home team"),
        row("PATCH /api/announcements/{id}", "/api/announcements/{announcement}", "edit event", json!({ "title": "U" })),
        row("POST /api/announcements/{id}/broadcast", "/api/announcements/{announcement}/broadcast", "edit event", json!({})),
        // Expiring is final, so it uses a stale version.
        Row { has_stale_version: true, ..row("POST /api/announcements/{id}/expire", "/api/announcements/{announcement}/expire", "edit event", json!({})) },
        delete_with_stale_version("DELETE /api/announcements/{id}", "/api/announcements/{announcement}", "edit event"),
        get("GET /api/events/{id}/announcements", "/api/events/{event}/announcements", "read event"),
        delete_with_stale_version("DELETE /api/events/{id}", "/api/events/{event}", "edit event"),
    ]
}

#[rustfmt::skip]
fn sales() -> Vec<Row> {
    let order = json!({ "ticket_type": "adult", "quantity": 1 });
    vec![
        get("GET /api/purchases", "/api/purchases", "sign in"),
        get("GET /api/purchases/{id}", "/api/purchases/{purchase}", "read purchase"),
        row("POST /api/purchases/{id}/status", "/api/purchases/{purchase}/status", "edit purchase", json!({ "status": "confirmed" })),
        get("GET /api/events/{id}/tickets", "/api/events/{event}/tickets", "read event"),
        get("GET /api/events/{id}/purchases", "/api/events/{event}/purchases", "buy"),
        row("POST /api/events/{id}/purchases", "/api/events/{event}/purchases", "buy", order),
        row("POST /api/tickets/{code}/check-in", "/api/tickets/{code}/check-in", "edit purchase", json!({})),
        row("PATCH /api/tickets/{code}", "/api/tickets/{code}", "edit purchase", json!({ "status": "void" })),
    ]
}
