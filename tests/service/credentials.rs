//! G7: the ways in: header, cookie, ticket and query; and what is none.

use reqwest::Method;
use serde_json::json;

use crate::http_caching::{Private, SECRET};
use crate::support::server::{ADMIN_EMAIL, TestServer};
use crate::support::users::{Game, Organizer, Person, id};

/// A private match with a member of one of its teams.
async fn private(server: &TestServer) -> (Organizer, Game, Person) {
    let organizer = server.organizer().await;
    let home = organizer.team("Home", "private").await;
    let away = organizer.team("Away", "private").await;
    let game = organizer.game_of("football", "private", home, away).await;
    let mia = organizer.person(server, "Mia").await;
    organizer.join(home, &mia, "player").await;
    (organizer, game, mia)
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_private_stream_accepts_every_kind_of_credential() {
    let server = TestServer::sqlite(&[]).await;
    let (_, game, mia) = private(&server).await;
    let token = mia.client.token.clone().unwrap();
    let cookie = cookie(&server, &mia).await;
    let ticket = ticket(&mia, &game.topic()).await;

    let path = game.stream();
    let ways = [
        ("bearer", server.watch(&path).by(&mia.client)),
        ("cookie", server.watch(&path).with("Cookie", &cookie)),
        ("ticket", server.watch(&format!("{path}?ticket={ticket}"))),
        ("token", server.watch(&format!("{path}?token={token}"))),
    ];
    for (way, watch) in ways {
        let mut viewer = watch.open().await;
        assert_eq!(viewer.message().await.reason(), "connected", "{way}");
    }
    // In this order: a header that is no good isn't made good by the query.
    let watch = server.watch(&format!("{path}?ticket={ticket}")).with("Authorization", "Bearer x");
    assert_eq!(watch.answer().await.head.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_an_invalid_cookie_counts_as_no_cookie() {
    let server = TestServer::sqlite(&[]).await;
    let (organizer, game, mia) = private(&server).await;
    let public = organizer.live("football").await;
    let ticket = ticket(&mia, &game.topic()).await;
    let stale = |path: &str| server.watch(path).with("Cookie", "touchline=of.another.secret");
    let mut viewer = stale(&public.game.stream()).open().await;
    assert_eq!(viewer.message().await.reason(), "connected", "what everybody may read");
    assert_eq!(stale(&game.stream()).answer().await.head.status, 401);
    stale(&format!("{}?ticket={ticket}", game.stream())).open().await;
    let written = [("Cookie", "touchline=of.another.secret"), ("Sec-Fetch-Site", "same-origin")];
    let path = public.game.path("/incidents");
    let body = Some(json!({ "kind": "note", "period": "first_half", "minute": 1 }));
    let client = server.stranger();
    client.send(Method::POST, &path, body, &written).await.unwrap().problem(401, "a write");
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_ticket_opens_only_its_own_topics() {
    let server = TestServer::sqlite(&[]).await;
    let (organizer, game, mia) = private(&server).await;
    let ticket = ticket(&mia, &game.topic()).await;
    let team = format!("/api/teams/{}/stream/?ticket={ticket}", game.home);
    let answer = server.stranger().get(&team).await;
    assert!([401, 403].contains(&answer.status), "{}: {}", answer.status, answer.text);
    let answer = server.stranger().get(&format!("{}?ticket=nonsense", game.stream())).await;
    answer.problem(401, "no ticket");
    // It reads; it doesn't write.
    let path = game.path(&format!("/start?ticket={ticket}"));
    let answer = server.stranger().post(&path, json!({})).await;
    answer.problem(401, "a write with a ticket");
    let stranger = organizer.person(&server, "Sid").await;
    let body = json!({ "topics": [game.topic()] });
    let answer = stranger.client.post("/api/stream-tickets", body).await;
    answer.problem(403, "a ticket for what one may not read");
}

/// Elsewhere they are not looked at, right or wrong: a link that is copied gives nothing away.
#[tokio::test(flavor = "multi_thread")]
async fn g7_credentials_in_a_url_are_accepted_by_streams_only() {
    let server = TestServer::sqlite(&[]).await;
    let world = Private::new(&server).await;
    let token = world.mia.client.token.clone().unwrap();
    let ticket = ticket(&world.mia, &format!("match_{}", world.game)).await;
    let (mut streams, mut others) = (0, 0);
    for path in world.paths() {
        let mark = if path.contains('?') { '&' } else { '?' };
        let ask = async |credential: &str| {
            let answer = server.stranger().get(&format!("{path}{mark}{credential}")).await;
            (answer.status, answer.text.contains(SECRET))
        };
        let nobody = ask("").await;
        assert_eq!(nobody, (401, false), "{path}");
        let by_token = ask(&format!("token={token}")).await;
        if path.contains("/stream?") || path.contains("/stream/?") || path.contains("/replay") {
            assert_eq!(by_token, (200, true), "{path}");
            streams += 1;
        } else {
            assert_eq!(by_token, nobody, "{path}");
            assert_eq!(ask("token=nonsense").await, nobody, "{path}");
            assert_eq!(ask(&format!("ticket={ticket}")).await, nobody, "{path}");
            others += 1;
        }
    }
    assert!(streams >= 4 && others >= 15, "{streams} and {others}");
    let teams = server.stranger().get(&format!("/api/teams?token={token}")).await;
    assert!(teams.status == 200 && !teams.text.contains(SECRET), "{}", teams.text);
    assert_eq!(teams.header("cache-control"), "public, no-cache", "nobody's answer");
    let written = server.stranger().post(&format!("/api/teams?token={token}"), json!({})).await;
    assert_eq!(written.problem(401, "a write"), "not-signed-in");
}

/// A token for topics reads those; its user's other rights don't come along with it.
#[tokio::test(flavor = "multi_thread")]
async fn g7_a_topic_token_lists_no_other_resources() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "public" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok());
    let home = organizer.team("Home", "public").await;
    let away = organizer.team("Away", "public").await;
    let game = json!({
        "sport": "football", "event_id": event, "home_team_id": home, "away_team_id": away,
        "visibility": "private", "venue": "Secret Ground",
    });
    organizer.client.post("/api/matches", game).await.ok();
    let topics = format!("event_{event},team_{home}");
    let command = ["token", "--user", ADMIN_EMAIL, "--topics", &topics];
    let printed = server.command(&command).output().unwrap();
    let token = String::from_utf8(printed.stdout).unwrap();
    let reader = server.stranger().with_token(token.trim());
    for path in [format!("/api/events/{event}"), format!("/api/teams/{home}")] {
        reader.get(&path).await.ok();
        for list in ["matches", "results"] {
            let answer = reader.get(&format!("{path}/{list}")).await;
            assert!(!answer.text.contains("Secret"), "{path}/{list}: {}", answer.text);
            assert_eq!(answer.problem(403, list), "forbidden");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_invalid_tokens_are_rejected_with_a_problem() {
    let server = TestServer::sqlite(&[("token_in_query", "false")]).await;
    let (_, game, mia) = private(&server).await;
    let token = mia.client.token.clone().unwrap();
    let none = none_algorithm(&token);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let swapped: String = signature.chars().rev().collect();
    let forged = format!("{signed}.{swapped}");
    for bad in ["", "x", "a.b.c", &none, &forged] {
        let answer = mia.client.with_token(bad).get(&game.stream()).await;
        answer.problem(401, bad);
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{bad}");
    }
    let switched_off = format!("{}?token={token}", game.stream());
    server.stranger().get(&switched_off).await.problem(401, "?token= is switched off");
}

/// The same claims, "signed" with nothing.
fn none_algorithm(token: &str) -> String {
    let claims = token.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"JWT"}
    format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_does_not_reveal_whether_the_user_exists() {
    let server = TestServer::sqlite(&[]).await;
    let (_, _, mia) = private(&server).await;
    let wrong = json!({ "email": mia.email, "password": "not it" });
    let unknown = json!({ "email": "nobody@example.org", "password": "not it" });
    let (wrong, unknown) = (
        server.stranger().post("/api/auth/login", wrong).await,
        server.stranger().post("/api/auth/login", unknown).await,
    );
    assert_eq!(wrong.problem(401, "wrong password"), "wrong-password");
    assert_eq!(wrong.text, unknown.text, "who exists is not told");
    let me = mia.client.get("/api/auth/me").await.ok();
    assert_eq!(me.get("user").unwrap_or(&me)["name"], "Mia");
    server.stranger().get("/api/auth/me").await.problem(401, "nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn cross_site_writes_with_a_cookie_are_rejected() {
    let server = TestServer::sqlite(&[("allowed_origins", "https://club.example")]).await;
    let organizer = server.organizer().await;
    let mia = organizer.person(&server, "Mia").await;
    let cookie = cookie(&server, &mia).await;
    let own = format!("http://{}", server.address());
    let before = organizer.client.get("/api/teams").await.text;
    #[rustfmt::skip]
    let refused = [
        vec![("Origin", "https://evil.example")],
        vec![("Origin", "null")],
        vec![("Sec-Fetch-Site", "cross-site")],
        vec![("Sec-Fetch-Site", "same-site")],
    ];
    let post = async |name: &str, headers: &[(&str, &str)]| {
        let mut all = vec![("Cookie", &*cookie)];
        all.extend(headers);
        let body = json!({ "name": name, "visibility": "public" });
        let anybody = server.stranger();
        anybody.send(reqwest::Method::POST, "/api/teams", Some(body), &all).await.unwrap()
    };
    for headers in refused {
        let answer = post("Evil", &headers).await;
        assert_eq!(answer.problem(403, &format!("{headers:?}")), "cross-site");
    }
    assert_eq!(organizer.client.get("/api/teams").await.text, before, "nothing written");
    post("Good", &[("Origin", &own), ("Sec-Fetch-Site", "same-origin")]).await.ok();
}

async fn cookie(server: &TestServer, person: &Person) -> String {
    let body = json!({ "email": person.email, "password": person.password });
    let answer = server.stranger().post("/api/auth/login", body).await;
    let set = answer.header("set-cookie").to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

async fn ticket(person: &Person, topic: &str) -> String {
    let body = json!({ "topics": [topic] });
    let answer = person.client.post("/api/stream-tickets", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["ticket"].as_str().unwrap().to_owned()
}
