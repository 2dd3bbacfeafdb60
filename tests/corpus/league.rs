//! Replays a whole league season as an event and compares its table with the published one.

use chrono::{SubsecRound, Utc};
use serde_json::{Value, json};
use touchline::domain::leaderboard::{Points, TieBreaker};
use touchline::domain::users::UserRole;
use touchline::domain::visibility::Visibility;
use touchline::import;
use touchline::import::ImportOptions;
use touchline::store::mutation::{
    CreateEvent, CreateUser, Mutation, MutationRequest, NewEvent, NewUser,
};
use touchline::store::{DatabaseTimeouts, Store, StoreOptions};

use crate::files;

/// The published table of the 2019 league stage: team, points and net run rate.
#[rustfmt::skip]
const TABLE: [(&str, i64, f64); 8] = [
    ("Mumbai Indians",              18,  0.421),
    ("Chennai Super Kings",         18,  0.131),
    ("Delhi Capitals",              18,  0.044),
    ("Sunrisers Hyderabad",         12,  0.577),
    ("Kolkata Knight Riders",       12,  0.028),
    ("Kings XI Punjab",             12, -0.251),
    ("Rajasthan Royals",            11, -0.449),
    ("Royal Challengers Bangalore", 11, -0.607),
];

/// Number of matches before the play-offs.
const STAGE: usize = 56;

async fn make(store: &Store, write: impl Mutation) -> i64 {
    let at = Utc::now().trunc_subsecs(3);
    store.commit(MutationRequest::new(1, at), write).await.unwrap().body["id"].as_i64().unwrap()
}

fn event() -> CreateEvent {
    CreateEvent(NewEvent {
        name: "Indian Premier League 2019".to_owned(),
        sport: "cricket".to_owned(),
        visibility: Visibility::Public,
        points: Points { win: 2, draw: 1, loss: 0, no_result: 1 },
        tie_breakers: vec![TieBreaker::Points, TieBreaker::NetRunRate],
        capacity: None,
        max_quantity: None,
        ticket_types: Vec::new(),
    })
}

/// Returns the files of the league stage in the order they were played.
fn stage() -> Vec<(String, String)> {
    let mut season = Vec::new();
    for (name, text) in files() {
        let file: Value = serde_json::from_str(&text).unwrap();
        if file["info"]["season"] == json!("2019") {
            season.push((file["info"]["dates"][0].as_str().unwrap().to_owned(), name, text));
        }
    }
    season.sort();
    assert_eq!(season.len(), 60);
    season.into_iter().take(STAGE).map(|(_, name, text)| (name, text)).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the archive that ./check fetches"]
async fn a_replayed_season_matches_its_published_table() {
    let folder = std::env::temp_dir().join(format!("touchline-season-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let url = format!("sqlite://{}", folder.join("touchline.db").display());
    let store = Store::open(&StoreOptions {
        url,
        max_connections: 2,
        ca_file: None,
        timeouts: DatabaseTimeouts::default(),
        secret: None,
    })
    .await
    .unwrap();
    let (email, name) = ("ann@example.org".to_owned(), "Ann".to_owned());
    make(&store, CreateUser(NewUser { email, name, password_hash: None, role: UserRole::Admin }))
        .await;
    let event_id = make(&store, event()).await;
    let wish = ImportOptions { user_id: 1, event_id: Some(event_id), speed: None };
    for (name, text) in stage() {
        let imported = import::import_match(&store, &wish, (&name, &text), &|_, _| ()).await;
        imported.unwrap_or_else(|fault| panic!("{name}: {fault}"));
    }
    let table = store.leaderboard(event_id).await.unwrap().unwrap();
    let rows: Vec<_> = table["leaderboard"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let rate = row["net_run_rate"].as_f64().unwrap();
            (row["team"].as_str().unwrap(), row["points"].as_i64().unwrap(), rate)
        })
        .collect();
    assert_eq!(rows, TABLE);
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
    std::fs::remove_dir_all(&folder).unwrap();
}
