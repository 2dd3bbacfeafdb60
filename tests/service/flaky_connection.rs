//! One real match over an unreliable connection: Leicester City 2–3 Liverpool, 23 September 2017,
//! King Power Stadium.

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::sse::Frame;
use crate::support::subscriber::Subscriber;
use crate::support::users::{Organizer, Scorer};

crate::support::on_both! {
    a_subscriber_disconnected_repeatedly_sees_the_whole_match_in_order,
}

struct Players {
    okazaki: i64,
    vardy: i64,
    salah: i64,
    coutinho: i64,
    henderson: i64,
    mignolet: i64,
}

impl Players {
    async fn of(organizer: &Organizer, home: i64, away: i64) -> Self {
        Self {
            okazaki: organizer.create_player(home, "Shinji Okazaki", 20).await,
            vardy: organizer.create_player(home, "Jamie Vardy", 9).await,
            salah: organizer.create_player(away, "Mohamed Salah", 11).await,
            coutinho: organizer.create_player(away, "Philippe Coutinho", 10).await,
            henderson: organizer.create_player(away, "Jordan Henderson", 14).await,
            mignolet: organizer.create_player(away, "Simon Mignolet", 22).await,
        }
    }
}

/// An expected incident: kind, player, minute, stoppage time, score after it.
type Line = (&'static str, &'static str, i64, i64, [i64; 2]);

#[rustfmt::skip]
const INCIDENTS: [Line; 6] = [
    ("goal",          "Mohamed Salah",     15, 0, [0, 1]),
    ("goal",          "Philippe Coutinho", 23, 0, [0, 2]),
    ("goal",          "Shinji Okazaki",    45, 3, [1, 2]),
    ("goal",          "Jordan Henderson",  68, 0, [1, 3]),
    ("goal",          "Jamie Vardy",       69, 0, [2, 3]),
    ("penalty_saved", "Jamie Vardy",       73, 0, [2, 3]),
];

async fn score(scorer: &Scorer, players: &Players) {
    let (home, away) = (scorer.game.home, scorer.game.away);
    let incident = async |kind, team, player, period, minute: i64, stoppage: i64| {
        let body = json!({
            "kind": kind, "team_id": team, "player_id": player, "period": period,
            "minute": minute, "stoppage": stoppage,
        });
        scorer.post_action("incidents", body).await.ok_json()
    };
    incident("goal", away, players.salah, "first_half", 15, 0).await;
    incident("goal", away, players.coutinho, "first_half", 23, 0).await;
    incident("goal", home, players.okazaki, "first_half", 45, 3).await;
    scorer.post_action("pause", json!({ "reason": "half_time" })).await.ok_json();
    scorer.post_action("resume", json!({})).await.ok_json();
    incident("goal", away, players.henderson, "second_half", 68, 0).await;
    incident("goal", home, players.vardy, "second_half", 69, 0).await;
    let saved = json!({
        "kind": "penalty_saved", "team_id": home, "player_id": players.vardy,
        "related_player_id": players.mignolet, "period": "second_half", "minute": 73,
    });
    scorer.post_action("incidents", saved).await.ok_json();
    scorer.post_action("end", json!({})).await.ok_json();
}

/// Reads to the end of the match over a connection that breaks every few frames.
async fn read_with_disconnects(server: TestServer, path: String) -> (TestServer, Vec<Frame>) {
    let mut seen: Vec<Frame> = Vec::new();
    let mut cursor: Option<String> = None;
    let mut frames = 1;
    loop {
        let mut request = server.subscribe(&path);
        if let Some(cursor) = &cursor {
            request = request.after(cursor);
        }
        let mut subscriber: Subscriber = request.open().await;
        for _ in 0..frames {
            let frame = subscriber.next_frame().await;
            if frame.event.is_none() {
                seen.push(frame.clone());
            }
            if frame.data.contains("\"type\":\"match_end\"") {
                return (server, seen);
            }
        }
        frames = frames % 4 + 1;
        cursor = subscriber.cursor.or(cursor);
    }
}

async fn a_subscriber_disconnected_repeatedly_sees_the_whole_match_in_order(database: Database) {
    let server = TestServer::start(database, &[("heartbeat_seconds", "1")]).await;
    let organizer = server.organizer().await;
    let home = organizer.create_team("Leicester City", "public").await;
    let away = organizer.create_team("Liverpool", "public").await;
    let players = Players::of(&organizer, home, away).await;
    let game = organizer.create_match_between("football", "public", home, away).await;
    let watching = tokio::spawn(read_with_disconnects(server, game.stream_path()));
    let scorer = organizer.start_match(game).await;
    score(&scorer, &players).await;
    let (_server, seen) = watching.await.unwrap();

    let snapshot = seen[0].json();
    assert_eq!(snapshot["reason"], "connected");
    for (before, after) in seen.iter().zip(&seen[1..]) {
        assert_eq!(after.seq(), before.seq() + 1, "gap or duplicate");
    }
    // The client's state is the snapshot plus the later messages.
    let received = seen[1..].iter().map(Frame::json);
    let received = received.filter(|message| message["type"] == "incident_added");
    let late: Vec<Value> = received.collect();
    let early = snapshot["data"]["incidents"].as_object().unwrap().len();
    for (message, line) in late.iter().zip(&INCIDENTS[early..]) {
        check(message, line);
    }
    assert_eq!(early + late.len(), INCIDENTS.len());
    let end = seen.last().unwrap().json();
    assert_eq!(end["data"]["score"], json!({ "home": 2, "away": 3 }));
    assert_eq!(end["data"]["status"], "finished");
    assert_final_state(&scorer).await;
}

fn check(message: &Value, (kind, player, minute, stoppage, score): &Line) {
    let incident = &message["data"]["incident"];
    assert_eq!(incident["kind"], *kind, "{message}");
    assert_eq!(incident["player"], *player, "{message}");
    assert_eq!((&incident["minute"], &incident["stoppage"]), (&json!(minute), &json!(stoppage)));
    assert_eq!(message["data"]["score"], json!({ "home": score[0], "away": score[1] }));
}

async fn assert_final_state(scorer: &Scorer) {
    let state = scorer.client.get(&scorer.game.path("/state")).await.ok_json();
    let data = &state["data"];
    assert_eq!(data["match"]["status"], "finished");
    assert_eq!(data["score"], json!({ "home": 2, "away": 3 }));
    for (id, line) in (1..).zip(&INCIDENTS) {
        assert_eq!(data["incidents"][format!("{id}")]["player"], line.1);
    }
    assert_eq!(data["incidents"].as_object().unwrap().len(), INCIDENTS.len());
    let statistics = &data["statistics"];
    for (side, name, count) in [
        ("home", "goals", 2),
        ("away", "goals", 3),
        ("home", "shots_on_target", 3),
        ("away", "shots_on_target", 3),
        ("home", "penalties", 1),
        ("away", "saves", 1),
        ("home", "saves", 0),
    ] {
        assert_eq!(statistics[side][name], count, "{side} {name}: {statistics}");
    }
}
