//! What only organizers see: names of registrations, `ETags` for edits, remaining tickets, and
//! recorders of incidents.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::users::id;

crate::support::on_both! {
    managers_see_registrations_with_names,
    concurrent_edits_of_a_user_or_player_do_not_overwrite_each_other,
    remaining_tickets_are_shown_and_restored_on_cancellation,
    only_officials_see_who_recorded_an_incident,
    a_match_says_where_it_belongs_and_is_played,
}

async fn managers_see_registrations_with_names(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "private" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok_json());
    let team = organizer.create_team("Leicester City", "private").await;
    let person = organizer.create_user(&server, "Zoe").await;
    let path = format!("/api/events/{event}/registrations");
    for body in [json!({ "team_id": team }), json!({ "user_id": person.id })] {
        organizer.client.post(&path, body).await.ok_json();
    }

    let list = organizer.client.get(&path).await.ok_json();
    let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Leicester City", "Zoe"]);
    let wanted = organizer.client.get(&format!("/api/teams/{team}/registrations")).await.ok_json();
    assert_eq!(wanted["items"][0]["event"], "Cup");
    assert_eq!(person.client.get(&path).await.problem(403, "participant"), "forbidden");
}

async fn concurrent_edits_of_a_user_or_player_do_not_overwrite_each_other(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let team = organizer.create_team("Leicester City", "private").await;
    let player = organizer.create_player(team, "Jamie Vardy", 9).await;
    let person = organizer.create_user(&server, "Zoe").await;
    let client = &organizer.client;

    let paths =
        [format!("/api/users/{}", person.id), format!("/api/teams/{team}/players/{player}")];
    for path in paths {
        let seen = client.get(&path).await;
        let tag = seen.header("etag").to_owned();
        let save = async |name: &str| {
            let headers = [("If-Match", tag.as_str())];
            client
                .send(Method::PATCH, &path, Some(json!({ "name": name })), &headers)
                .await
                .unwrap()
        };
        assert_eq!(save("First").await.ok_json()["name"], "First");
        assert_eq!(save("Second").await.problem(412, &path), "stale");
        assert_eq!(client.get(&path).await.ok_json()["name"], "First");
    }
    let other = format!("/api/teams/{}/players/{player}", team + 1);
    assert_eq!(client.get(&other).await.problem(404, "another team"), "not-found");
    let mine = format!("/api/teams/{team}/players/{player}");
    assert_eq!(person.client.get(&mine).await.problem(403, "private team"), "forbidden");
}

async fn remaining_tickets_are_shown_and_restored_on_cancellation(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let body = json!({
        "name": "Cup", "sport": "football", "visibility": "public", "max_quantity": 4,
        "ticket_types": [{ "name": "adult", "capacity": 5 }, { "name": "child" }],
    });
    let event = id(&organizer.client.post("/api/events", body).await.ok_json());
    let offer = async || {
        let path = format!("/api/events/{event}/tickets");
        let offer = server.anonymous().get(&path).await.ok_json();
        assert_eq!((&offer["max_quantity"], &offer["left"]), (&json!(4), &Value::Null));
        let kinds = offer["ticket_types"].as_array().unwrap();
        kinds.iter().map(|kind| kind["left"].as_i64()).collect::<Vec<_>>()
    };
    assert_eq!(offer().await, [Some(5), None]);
    let path = format!("/api/events/{event}/purchases");
    let order = json!({ "ticket_type": "adult", "quantity": 4 });
    let purchase = organizer.client.post(&path, order).await.ok_json();
    assert_eq!(offer().await, [Some(1), None]);
    let path = format!("/api/purchases/{}/status", purchase["id"].as_str().unwrap());
    organizer.client.post(&path, json!({ "status": "cancelled" })).await.ok_json();
    assert_eq!(offer().await, [Some(5), None], "cancelled tickets are available again");
}

async fn only_officials_see_who_recorded_an_incident(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let game = organizer.live_match("football").await.game;
    let [ann, bo, fan] = [
        organizer.create_user(&server, "Ann").await,
        organizer.create_user(&server, "Bo").await,
        organizer.create_user(&server, "Fan").await,
    ];
    organizer.add_official(game, &ann, "scorer").await;
    organizer.add_official(game, &bo, "referee").await;
    let goal = json!({ "kind": "goal", "team_id": game.home, "period": "first_half", "minute": 7 });
    let incident = ann.client.post(&game.path("/incidents"), goal).await.ok_json();
    let path = game.path(&format!("/incidents/{}", incident["id"]));
    bo.client.patch(&path, json!({ "minute": 8 })).await.ok_json();

    let path = game.path("/recorders");
    for client in [&ann.client, &bo.client, &organizer.client] {
        let items = client.get(&path).await.ok_json()["items"].clone();
        let recorded = json!({ "user_id": ann.id, "name": "Ann" });
        let corrected = json!({ "user_id": bo.id, "name": "Bo" });
        let expected =
            json!({ "incident_id": 1, "recorded_by": recorded, "corrected_by": corrected });
        assert_eq!(items, json!([expected]));
    }
    assert_eq!(fan.client.get(&path).await.problem(403, "spectator"), "forbidden");
    assert_eq!(server.anonymous().get(&path).await.problem(401, "anonymous"), "not-signed-in");
    // Public responses do not contain it.
    for part in ["/incidents", "/incidents/1", "/state"] {
        let text = server.anonymous().get(&game.path(part)).await.text;
        assert!(!text.contains("recorded_by") && !text.contains("\"Ann\""), "{part}: {text}");
    }
    let history = server.anonymous().history(&game.topic()).await;
    assert!(history.iter().all(|message| !message.contains("recorded_by")));
    let cricket = organizer.create_match("cricket", "public").await;
    let none = organizer.client.get(&cricket.path("/recorders")).await;
    assert_eq!(none.problem(404, "cricket has no incidents"), "not-found");
}

async fn a_match_says_where_it_belongs_and_is_played(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let client = &organizer.client;
    let home = organizer.create_team("Leicester City", "public").await;
    let away = organizer.create_team("Tottenham", "public").await;
    let mut body = json!({
        "sport": "football", "home_team_id": home, "away_team_id": away, "venue": "King Power",
        "pitch": "2", "stage": "Group stage", "round": "6", "group": "B",
    });
    let created = client.post("/api/matches", body.clone()).await.ok_json();
    let path = format!("/api/matches/{}", id(&created));
    let places = |game: &Value| -> Vec<Value> {
        ["venue", "pitch", "stage", "round", "group"].map(|name| game[name].clone()).to_vec()
    };
    let expected: Vec<Value> =
        ["King Power", "2", "Group stage", "6", "B"].map(Value::from).to_vec();
    assert_eq!(places(&created), expected);
    assert_eq!(places(&client.get("/api/matches").await.ok_json()["items"][0]), expected);
    assert_eq!(places(&client.get(&path).await.ok_json()), expected);

    let mut subscriber = server.subscribe(&format!("{path}/stream/")).open().await;
    assert_eq!(places(&subscriber.next_message().await.json()["data"]["match"]), expected);
    let change = json!({ "stage": "Final", "round": null, "group": null });
    client.patch(&path, change).await.ok_json();
    let message = subscriber.next_message().await.json();
    assert_eq!(message["data"]["change"], "updated");
    let changed = json!(["King Power", "2", "Final", null, null]);
    assert_eq!(json!(places(&message["data"]["match"])), changed);

    for name in ["pitch", "stage", "round", "group"] {
        for wrong in [json!(""), json!("x".repeat(201)), json!(6), json!("a\u{0}b")] {
            let edit = client.patch(&path, json!({ name: wrong })).await;
            assert_eq!(edit.problem(422, name), "invalid-field");
            body[name] = wrong;
            assert_eq!(
                client.post("/api/matches", body.clone()).await.problem(422, name),
                "invalid-field"
            );
            body[name] = Value::Null;
        }
    }
    assert_eq!(json!(places(&client.get(&path).await.ok_json())), changed, "nothing was written");
}
