//! Ways to enter a match while its server stays up.

use rand::Rng;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::{Value, json};

use super::script::Line;
use super::{last_ball, outbox};
use crate::support::api_client::ApiResponse;
use crate::support::server::TestServer;
use crate::support::users::{Game, Organizer, Scorer};

pub async fn in_order(scorer: &Scorer, lines: &[Line]) {
    for line in lines {
        enter(scorer, line).await;
    }
}

/// Sends actions without a time in their body the way an outbox does.
async fn enter(scorer: &Scorer, line: &Line) {
    if line.action != "start" {
        scorer.post_action(line.action, line.body.clone()).await.ok_json();
        return;
    }
    let entry = json!([outbox::entry((0, line))]);
    let response = scorer.client.post(&scorer.game.path("/sync"), entry).await.ok_json();
    assert_eq!(response["items"][0]["status"], "applied", "{response}");
}

/// Sends every ball twice with one key, and once more by its number.
pub async fn each_ball_three_times(scorer: &Scorer, lines: &[Line]) {
    for line in lines {
        let Some(number) = line.number else {
            enter(scorer, line).await;
            continue;
        };
        let path = scorer.game.path("/balls");
        let key = format!("match-{}-ball-{number}", scorer.game.id);
        let body = numbered(&line.body, number);
        let send = async || scorer.client.post_keyed(&path, body.clone(), &key).await.unwrap();
        let (once, again) = (send().await, send().await);
        assert_eq!((once.status, again.status), (201, 201), "{}", once.text);
        assert_eq!(once.text, again.text, "ball {number}");
        let third = scorer.post_action("balls", body).await.problem(409, "third send");
        let ended = number == last_ball(lines);
        assert_eq!(third, if ended { "wrong-state" } else { "not-the-next-ball" });
    }
}

fn numbered(body: &Value, number: u32) -> Value {
    let mut body = body.clone();
    body["expected_number"] = json!(number);
    body
}

/// Returns a different ball that a scorer might have recorded.
fn wrong(body: &Value, random: &mut StdRng) -> Value {
    let mut wrong = body.clone();
    let runs = body["runs"]["batter"].as_i64().unwrap();
    for name in ["wickets", "extras", "non_boundary", "crossed"] {
        wrong[name].take();
    }
    let is_plain = body["wickets"].is_null() && body["extras"].is_null();
    match random.random_range(0..4) {
        // The correct value is not among these.
        0 if is_plain => {
            wrong["runs"]["batter"] = json!(0);
            wrong["extras"] = json!({ "wides": 1 });
        }
        1 if is_plain => {
            wrong["runs"]["batter"] = json!(0);
            wrong["wickets"] = json!([{ "kind": "bowled" }]);
        }
        2 if is_plain => {
            wrong["runs"]["batter"] = json!(0);
            wrong["extras"] = json!({ "leg_byes": 1 });
        }
        _ => wrong["runs"]["batter"] = json!((runs + 1) % 4),
    }
    wrong
}

/// A wrongly entered ball and when it is corrected.
struct Mistake {
    /// Index in the script.
    at: usize,
    /// Number of lines entered before the mistake is noticed.
    seen_after: usize,
    by_patch: bool,
}

/// Enters every tenth ball wrongly. The mistake is noticed some lines later, or when the next line
/// is rejected; then the ball is changed, or everything since is undone and entered again.
pub async fn with_mistakes(scorer: &Scorer, lines: &[Line], random: &mut StdRng) {
    let (mut place, mut open, mut made) = (0, None::<Mistake>, [0, 0]);
    while place < lines.len() || open.is_some() {
        let line = lines.get(place);
        let is_seen = open.as_ref().is_some_and(|one| place > one.at + one.seen_after);
        if let Some(mistake) = open.take_if(|_| is_seen || line.is_none()) {
            place = correct(scorer, lines, &mistake, place).await;
            continue;
        }
        let Some(line) = line else { break };
        if line.number.is_none() && open.is_none() {
            enter(scorer, line).await;
            place += 1;
            continue;
        }
        // The last balls are entered correctly: a correction has its own time, and ends the match.
        let is_wrong = open.is_none()
            && line.number.is_some_and(|number| number + 10 < last_ball(lines))
            && random.random_bool(0.12);
        let body = if is_wrong { wrong(&line.body, random) } else { line.body.clone() };
        let response = scorer.post_action(line.action, body).await;
        match response.status {
            409 if is_wrong => {}
            409 if open.is_some() => {
                let mistake = open.take().unwrap();
                place = correct(scorer, lines, &mistake, place).await;
            }
            _ => {
                response.ok_json();
                if is_wrong {
                    let by_patch = random.random_bool(0.7);
                    made[usize::from(by_patch)] += 1;
                    open = Some(Mistake {
                        at: place,
                        seen_after: random.random_range(0..7),
                        by_patch,
                    });
                }
                place += 1;
            }
        }
    }
    let last = &lines[lines.len() - 1];
    undo(scorer, last).await.ok_json();
    scorer.post_action(last.action, last.body.clone()).await.ok_json();
    eprintln!("{} balls undone, {} changed", made[0], made[1]);
    assert!(made[0] + made[1] >= 10, "{made:?}");
}

/// Returns the index at which entry continues.
async fn correct(scorer: &Scorer, lines: &[Line], mistake: &Mistake, place: usize) -> usize {
    let line = &lines[mistake.at];
    if mistake.by_patch {
        let path = format!("/balls/{}", line.number.unwrap());
        let mut body = line.body.clone();
        body["reason"] = json!("seen again");
        scorer.client.patch(&scorer.game.path(&path), body).await.ok_json();
        return place;
    }
    let since = lines[mistake.at..place].iter().rev();
    for ball in since.filter(|line| line.number.is_some()) {
        undo(scorer, ball).await.ok_json();
    }
    mistake.at
}

async fn undo(scorer: &Scorer, ball: &Line) -> ApiResponse {
    let path = scorer.game.path(&format!("/balls/{}", ball.number.unwrap()));
    let body = json!({ "occurred_at": ball.body["occurred_at"] });
    scorer.client.send(Method::DELETE, &path, Some(body), &[]).await.unwrap()
}

/// Two scorers and the referee who settles their disputes.
pub struct DualScorers {
    /// Only the user who created the match may start it.
    creator: Scorer,
    asha: Scorer,
    bertie: Scorer,
    dickie: Scorer,
}

impl DualScorers {
    pub async fn of(server: &TestServer, organizer: &Organizer, game: Game) -> Self {
        let mut people = Vec::new();
        for (name, role) in [("Asha", "scorer"), ("Bertie", "scorer"), ("Dickie", "referee")] {
            let person = organizer.create_user(server, name).await;
            organizer.add_official(game, &person, role).await;
            people.push(Scorer { client: person.client, game });
        }
        let [asha, bertie, dickie] = <[_; 3]>::try_from(people).ok().unwrap();
        let creator = Scorer { client: organizer.client.with_new_connections(), game };
        Self { creator, asha, bertie, dickie }
    }

    /// Asha is some balls ahead of Bertie, who makes mistakes; nothing else happens while a ball is
    /// pending.
    pub async fn enter(&self, lines: &[Line], random: &mut StdRng) {
        let (mut rest, mut settled) = (lines, [0, 0]);
        while let Some(line) = rest.first() {
            let most = random.random_range(1..=5);
            let count = rest.iter().take(most).take_while(|line| line.number.is_some()).count();
            if count == 0 {
                let scorer = if line.action == "start" { &self.creator } else { &self.asha };
                enter(scorer, line).await;
                rest = &rest[1..];
                continue;
            }
            let (balls, after) = rest.split_at(count);
            rest = after;
            let ruled = self.agree_on(balls, random).await;
            settled.iter_mut().zip(ruled).for_each(|(all, more)| *all += more);
        }
        eprintln!("{} disputes ruled on, {} settled by the scorers", settled[0], settled[1]);
        assert!(settled[0] > 0 && settled[1] > 0, "{settled:?}");
    }

    /// Returns how many disputes the referee ruled on, and how many the scorers settled.
    async fn agree_on(&self, balls: &[Line], random: &mut StdRng) -> [usize; 2] {
        for ball in balls {
            assert_eq!(self.asha.post_action("balls", ball.body.clone()).await.status, 202);
        }
        let mut disputed = Vec::new();
        for ball in balls {
            let is_wrong = random.random_bool(0.1);
            let entry = if is_wrong { wrong(&ball.body, random) } else { ball.body.clone() };
            let response = self.bertie.post_action("balls", entry).await;
            if is_wrong && response.status == 409 {
                self.bertie.post_action("balls", ball.body.clone()).await.ok_json();
            } else {
                let is_official = !is_wrong && disputed.is_empty();
                assert_eq!(response.ok_json()["official"], is_official, "{}", response.text);
                assert_eq!(response.json()["disputed"] == true, is_wrong);
                disputed.extend(is_wrong.then_some(ball));
            }
        }
        let mut settled = [0, 0];
        for ball in disputed {
            let by_word = random.random_bool(0.5);
            settled[usize::from(by_word)] += 1;
            self.settle(ball, by_word).await;
        }
        let response = self.asha.client.get(&self.asha.game.path("/state")).await.ok_json();
        let last = balls[balls.len() - 1].number.unwrap();
        assert_eq!(response["data"]["next"]["ball"], last + 1);
        assert_eq!(response["data"]["pending"], json!({}));
        settled
    }

    async fn settle(&self, ball: &Line, by_word: bool) {
        let number = ball.number.unwrap();
        if by_word {
            let body = numbered(&ball.body, number);
            assert_eq!(self.bertie.post_action("balls", body).await.ok_json()["official"], true);
            return;
        }
        let mut ruling = json!({ "number": number, "ball": ball.body });
        ruling["occurred_at"] = ball.body["occurred_at"].clone();
        assert_eq!(self.dickie.post_action("rulings", ruling).await.ok_json()["official"], true);
    }
}
