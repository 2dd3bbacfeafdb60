//! Importing matches: each file once, completely or not at all.

use serde_json::{Value, json};
use touchline::domain::topic::StreamId;
use touchline::import;
use touchline::import::{ImportError, ImportOptions, ImportedMatch};
use touchline::store::{ListQuery, Store, VisibilityScope};

use crate::support::database::Database;
use crate::support::mutations::{ANN, commit, stream_messages, user};
use crate::support::server::TestServer;
use crate::support::users::id;

crate::support::on_both! {
    an_import_is_idempotent_and_resumes_after_an_interruption,
    g10_an_invalid_file_imports_nothing,
    the_import_command_reports_the_outcome_of_each_file,
    an_import_creates_the_first_administrator,
}

/// A fictional match of two overs per side in Cricsheet's format; the home side bats first.
pub fn cricsheet_file() -> Value {
    let names = |team: &str| (1..=11).map(|n| format!("{team}-{n}")).collect::<Vec<_>>();
    let ball = |batter: &str, non_striker: &str, bowler: &str, runs: i64| {
        json!({
            "batter": batter, "non_striker": non_striker, "bowler": bowler,
            "runs": { "batter": runs, "extras": 0, "total": runs },
        })
    };
    let over = |number: i64, batter: &str, non_striker: &str, bowler: &str, runs: [i64; 6]| {
        let balls = runs.map(|runs| ball(batter, non_striker, bowler, runs));
        json!({ "over": number, "deliveries": balls })
    };
    let mut chase = over(0, "K-1", "K-2", "D-10", [4, 6, 2, 0, 4, 0]);
    chase["deliveries"][3]["wickets"] =
        json!([{ "kind": "caught", "player_out": "K-1", "fielders": [{ "name": "D-4" }] }]);
    for after in 4..6 {
        chase["deliveries"][after]["batter"] = json!("K-3");
    }
    json!({
        "meta": { "data_version": "1.1.0" },
        "info": {
            "balls_per_over": 6, "dates": ["2019-03-23"], "match_type": "T20", "overs": 2,
            "outcome": { "by": { "wickets": 9 }, "winner": "Kings" },
            "players": { "Deccan": names("D"), "Kings": names("K") },
            "teams": ["Deccan", "Kings"], "venue": "The Green",
            "toss": { "decision": "bat", "winner": "Deccan" },
        },
        "innings": [
            { "team": "Deccan", "overs": [
                over(0, "D-1", "D-2", "K-10", [4, 0, 0, 0, 6, 0]),
                over(1, "D-2", "D-1", "K-11", [0, 0, 4, 0, 0, 2]),
            ] },
            { "team": "Kings", "overs": [
                chase,
                { "over": 1, "deliveries": [ball("K-2", "K-3", "D-11", 4)] },
            ], "target": { "overs": 2, "runs": 17 } },
        ],
    })
}

async fn enter(store: &Store, file: &Value) -> Result<ImportedMatch, ImportError> {
    let options = ImportOptions { user_id: ANN, event_id: None, speed: None };
    import::import_match(store, &options, ("a match, invented", &file.to_string()), &|_, _| ())
        .await
}

async fn an_import_is_idempotent_and_resumes_after_an_interruption(database: Database) {
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    // Imports one ball per forty seconds, and is aborted soon after the first.
    let paced = ImportOptions { user_id: ANN, event_id: None, speed: Some(1) };
    let (name, text) = ("a match, invented", cricsheet_file().to_string());
    let broken_off = import::import_match(&store, &paced, (name, &text), &|_, _| ());
    let first_message = async {
        while stream_messages(&store, StreamId::Match(1)).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        outcome = broken_off => panic!("import finished early: {outcome:?}"),
        () = first_message => {}
    }

    let imported = enter(&store, &cricsheet_file()).await.unwrap();
    assert_eq!(imported.match_id, 1);
    let all = stream_messages(&store, StreamId::Match(1)).await;
    let count = |kind: &str| all.iter().filter(|message| message["type"] == kind).count();
    assert_eq!((count("ball_bowled"), count("over_complete"), count("toss")), (19, 3, 1));
    let complete = all.iter().find(|message| message["type"] == "match_complete").unwrap();
    assert_eq!(complete["data"]["score"], json!({ "home": 16, "away": 20 }));
    assert_eq!(enter(&store, &cricsheet_file()).await.unwrap(), imported);
    assert_eq!(
        stream_messages(&store, StreamId::Match(1)).await.len(),
        all.len(),
        "messages published twice"
    );
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn g10_an_invalid_file_imports_nothing(database: Database) {
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    #[rustfmt::skip]
    let cases = [
        ("/innings/1/overs/0/deliveries/3/wickets/0/player_out", json!("K-9"),    "innings 2, over 0, ball 4"),
        ("/innings/0/overs/0/deliveries/3/batter",               json!("D-99"),   "innings 1, over 0, ball 4"),
        ("/innings/0/overs/1/over",                              json!(2),        "innings 1, over 2"),
        ("/innings/1/overs/0/deliveries",                        json!([]),       "innings 2, over 0"),
        ("/innings/1/target",                                    json!({ "runs": 99, "overs": 2 }), "innings 2"),
        ("/innings/0/overs/1/deliveries/0/bowler",               json!("D-3"),    "innings 1, over 1, ball 1"),
        ("/innings/0/overs/1/deliveries/0/runs/total",           json!(1),        "innings 1"),
        ("/info/outcome/winner",                                 json!("Deccan"), "info.outcome"),
        ("/meta/data_version",                                   json!("2.0.0"),  "meta.data_version"),
    ];
    for (pointer, value, place) in cases {
        let mut file = cricsheet_file();
        *file.pointer_mut(pointer).unwrap() = value;
        match enter(&store, &file).await {
            Err(ImportError::InvalidFile(invalid)) => {
                assert_eq!(invalid.location, place, "{invalid}");
            }
            other => panic!("{pointer}: {other:?}"),
        }
    }
    let everything = VisibilityScope { user_id: Some(ANN), sees_all: true };
    let teams = store.list(ListQuery::Teams { scope: everything }, 0, 10).await.unwrap();
    assert_eq!(teams.items, Vec::<Value>::new());
}

async fn the_import_command_reports_the_outcome_of_each_file(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let event = json!({
        "name": "Village Cup", "sport": "cricket", "tie_breakers": ["points", "net_run_rate"],
    });
    let event = id(&organizer.client.post("/api/events", event).await.ok_json());
    let path = server.folder().join("cup 1.json");
    std::fs::write(&path, cricsheet_file().to_string()).unwrap();
    let path = path.to_str().unwrap();
    let event = event.to_string();
    for time in ["first", "again"] {
        let output =
            server.command(&["import", "cricsheet", path, "--event", &event]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{time}: {output:?}");
        let outcome = "match 1, Kings won by 9 wickets with 5 balls remaining\n";
        assert!(text.ends_with(outcome), "{time}: {text}");
    }
    let table = organizer.client.get(&format!("/api/events/{event}/leaderboard")).await.ok_json();
    let rates: Vec<_> =
        table["leaderboard"].as_array().unwrap().iter().map(|row| &row["net_run_rate"]).collect();
    // 20 runs in 7 balls against 16 in 12.
    assert_eq!(rates, [&json!(9.143), &json!(-9.143)]);
    let unknown_user = ["import", "cricsheet", path, "--by", "nobody@example.org"];
    let refused = server.command(&unknown_user).output().unwrap();
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.contains("no user nobody@example.org"), "{text}");
    let refused = server.command(&["import", "cricsheet", path, "--event", "99"]).output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("event 99: "), "{refused:?}");
}

async fn an_import_creates_the_first_administrator(database: Database) {
    let server = TestServer::start(Database::new(database.kind).await, &[]).await;
    let path = server.folder().join("first.json");
    std::fs::write(&path, cricsheet_file().to_string()).unwrap();
    let mut command = server.command(&["import", "cricsheet", path.to_str().unwrap()]);
    command.env("TOUCHLINE_DATABASE_URL", &database.url).env_remove("TOUCHLINE_ADMIN_PASSWORD");
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    assert!(text.starts_with("First administrator: ada.admin@example.org, password "), "{text}");
    assert!(text.contains("match 1, Kings won by 9 wickets"), "{text}");
}
