//! G7: credentials in a header, cookie, ticket or query parameter, and what is not one.

use reqwest::Method;
use serde_json::json;

use crate::http_caching::{PrivateScenario, SECRET};
use crate::support::server::{ADMIN_EMAIL, TestServer};
use crate::support::users::{Game, Organizer, Person, id};

/// A private match and a member of one of its teams.
async fn private_match(server: &TestServer) -> (Organizer, Game, Person) {
    let organizer = server.organizer().await;
    let home = organizer.create_team("Home", "private").await;
    let away = organizer.create_team("Away", "private").await;
    let game = organizer.create_match_between("football", "private", home, away).await;
    let mia = organizer.create_user(server, "Mia").await;
    organizer.add_member(home, &mia, "player").await;
    (organizer, game, mia)
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_private_stream_accepts_every_kind_of_credential() {
    let server = TestServer::sqlite(&[]).await;
    let (_, game, mia) = private_match(&server).await;
    let token = mia.client.token.clone().unwrap();
    let cookie = cookie(&server, &mia).await;
    let ticket = ticket(&mia, &game.topic()).await;

    let path = game.stream_path();
    let requests = [
        ("bearer", server.subscribe(&path).with_user(&mia.client)),
        ("cookie", server.subscribe(&path).header("Cookie", &cookie)),
        ("ticket", server.subscribe(&format!("{path}?ticket={ticket}"))),
        ("token", server.subscribe(&format!("{path}?token={token}"))),
    ];
    for (credential, request) in requests {
        let mut subscriber = request.open().await;
        assert_eq!(subscriber.next_message().await.reason(), "connected", "{credential}");
    }
    // The header takes precedence: a valid query does not make up for an invalid header.
    let request =
        server.subscribe(&format!("{path}?ticket={ticket}")).header("Authorization", "Bearer x");
    assert_eq!(request.send().await.head.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_an_invalid_cookie_counts_as_no_cookie() {
    let server = TestServer::sqlite(&[]).await;
    let (organizer, game, mia) = private_match(&server).await;
    let public = organizer.live_match("football").await;
    let ticket = ticket(&mia, &game.topic()).await;
    let stale = |path: &str| server.subscribe(path).header("Cookie", "touchline=of.another.secret");
    let mut subscriber = stale(&public.game.stream_path()).open().await;
    assert_eq!(subscriber.next_message().await.reason(), "connected", "public resource");
    assert_eq!(stale(&game.stream_path()).send().await.head.status, 401);
    stale(&format!("{}?ticket={ticket}", game.stream_path())).open().await;
    let written = [("Cookie", "touchline=of.another.secret"), ("Sec-Fetch-Site", "same-origin")];
    let path = public.game.path("/incidents");
    let body = Some(json!({ "kind": "note", "period": "first_half", "minute": 1 }));
    let client = server.anonymous();
    client.send(Method::POST, &path, body, &written).await.unwrap().problem(401, "write");
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_ticket_opens_only_its_own_topics() {
    let server = TestServer::sqlite(&[]).await;
    let (organizer, game, mia) = private_match(&server).await;
    let ticket = ticket(&mia, &game.topic()).await;
    let team = format!("/api/teams/{}/stream/?ticket={ticket}", game.home);
    let response = server.anonymous().get(&team).await;
    assert!([401, 403].contains(&response.status), "{}: {}", response.status, response.text);
    let response = server.anonymous().get(&format!("{}?ticket=nonsense", game.stream_path())).await;
    response.problem(401, "no such ticket");
    // A ticket allows reads, not writes.
    let path = game.path(&format!("/start?ticket={ticket}"));
    let response = server.anonymous().post(&path, json!({})).await;
    response.problem(401, "write with a ticket");
    let stranger = organizer.create_user(&server, "Sid").await;
    let body = json!({ "topics": [game.topic()] });
    let response = stranger.client.post("/api/stream-tickets", body).await;
    response.problem(403, "ticket for an unreadable topic");
}

/// Other routes ignore them, valid or not, so a copied link reveals nothing.
#[tokio::test(flavor = "multi_thread")]
async fn g7_credentials_in_a_url_are_accepted_by_streams_only() {
    let server = TestServer::sqlite(&[]).await;
    let scenario = PrivateScenario::new(&server).await;
    let token = scenario.mia.client.token.clone().unwrap();
    let ticket = ticket(&scenario.mia, &format!("match_{}", scenario.game)).await;
    let (mut streams, mut others) = (0, 0);
    for path in scenario.paths() {
        let mark = if path.contains('?') { '&' } else { '?' };
        let request = async |credential: &str| {
            let response = server.anonymous().get(&format!("{path}{mark}{credential}")).await;
            (response.status, response.text.contains(SECRET))
        };
        let anonymous = request("").await;
        assert_eq!(anonymous, (401, false), "{path}");
        let by_token = request(&format!("token={token}")).await;
        if path.contains("/stream?") || path.contains("/stream/?") || path.contains("/replay") {
            assert_eq!(by_token, (200, true), "{path}");
            streams += 1;
        } else {
            assert_eq!(by_token, anonymous, "{path}");
            assert_eq!(request("token=nonsense").await, anonymous, "{path}");
            assert_eq!(request(&format!("ticket={ticket}")).await, anonymous, "{path}");
            others += 1;
        }
    }
    assert!(streams >= 4 && others >= 15, "{streams} and {others}");
    let teams = server.anonymous().get(&format!("/api/teams?token={token}")).await;
    assert!(teams.status == 200 && !teams.text.contains(SECRET), "{}", teams.text);
    assert_eq!(teams.header("cache-control"), "public, no-cache", "anonymous response");
    let written = server.anonymous().post(&format!("/api/teams?token={token}"), json!({})).await;
    assert_eq!(written.problem(401, "write"), "not-signed-in");
}

/// A topic token reads its topics only and carries none of its user's other rights.
#[tokio::test(flavor = "multi_thread")]
async fn g7_a_topic_token_lists_no_other_resources() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "public" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok_json());
    let home = organizer.create_team("Home", "public").await;
    let away = organizer.create_team("Away", "public").await;
    let game = json!({
        "sport": "football", "event_id": event, "home_team_id": home, "away_team_id": away,
        "visibility": "private", "venue": "Secret Ground",
    });
    organizer.client.post("/api/matches", game).await.ok_json();
    let topics = format!("event_{event},team_{home}");
    let command = ["token", "--user", ADMIN_EMAIL, "--topics", &topics];
    let printed = server.command(&command).output().unwrap();
    let token = String::from_utf8(printed.stdout).unwrap();
    let client = server.anonymous().with_token(token.trim());
    for path in [format!("/api/events/{event}"), format!("/api/teams/{home}")] {
        client.get(&path).await.ok_json();
        for list in ["matches", "results"] {
            let response = client.get(&format!("{path}/{list}")).await;
            assert!(!response.text.contains("Secret"), "{path}/{list}: {}", response.text);
            assert_eq!(response.problem(403, list), "forbidden");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_invalid_tokens_are_rejected_with_a_problem() {
    let server = TestServer::sqlite(&[("token_in_query", "false")]).await;
    let (_, game, mia) = private_match(&server).await;
    let token = mia.client.token.clone().unwrap();
    let none = none_algorithm(&token);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let swapped: String = signature.chars().rev().collect();
    let forged = format!("{signed}.{swapped}");
    for bad in ["", "x", "a.b.c", &none, &forged] {
        let response = mia.client.with_token(bad).get(&game.stream_path()).await;
        response.problem(401, bad);
        assert!(response.header("www-authenticate").starts_with("Bearer"), "{bad}");
    }
    let switched_off = format!("{}?token={token}", game.stream_path());
    server.anonymous().get(&switched_off).await.problem(401, "?token= is disabled");
}

/// The same claims with the `none` algorithm and no signature.
fn none_algorithm(token: &str) -> String {
    let claims = token.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"JWT"}
    format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_does_not_reveal_whether_the_user_exists() {
    let server = TestServer::sqlite(&[]).await;
    let (_, _, mia) = private_match(&server).await;
    let wrong = json!({ "email": mia.email, "password": "not it" });
    let unknown = json!({ "email": "nobody@example.org", "password": "not it" });
    let (wrong, unknown) = (
        server.anonymous().post("/api/auth/login", wrong).await,
        server.anonymous().post("/api/auth/login", unknown).await,
    );
    assert_eq!(wrong.problem(401, "wrong password"), "wrong-password");
    assert_eq!(wrong.text, unknown.text, "response reveals whether the user exists");
    let me = mia.client.get("/api/auth/me").await.ok_json();
    assert_eq!(me.get("user").unwrap_or(&me)["name"], "Mia");
    server.anonymous().get("/api/auth/me").await.problem(401, "anonymous");
}

#[tokio::test(flavor = "multi_thread")]
async fn cross_site_writes_with_a_cookie_are_rejected() {
    let server = TestServer::sqlite(&[("allowed_origins", "https://club.example")]).await;
    let organizer = server.organizer().await;
    let mia = organizer.create_user(&server, "Mia").await;
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
        let anonymous = server.anonymous();
        anonymous.send(reqwest::Method::POST, "/api/teams", Some(body), &all).await.unwrap()
    };
    for headers in refused {
        let response = post("Evil", &headers).await;
        assert_eq!(response.problem(403, &format!("{headers:?}")), "cross-site");
    }
    assert_eq!(organizer.client.get("/api/teams").await.text, before, "nothing written");
    post("Good", &[("Origin", &own), ("Sec-Fetch-Site", "same-origin")]).await.ok_json();
}

async fn cookie(server: &TestServer, person: &Person) -> String {
    let body = json!({ "email": person.email, "password": person.password });
    let response = server.anonymous().post("/api/auth/login", body).await;
    let set = response.header("set-cookie").to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

async fn ticket(person: &Person, topic: &str) -> String {
    let body = json!({ "topics": [topic] });
    let response = person.client.post("/api/stream-tickets", body).await;
    assert_eq!(response.status, 201, "{}", response.text);
    response.json()["ticket"].as_str().unwrap().to_owned()
}
