//! Four ways of entering a match while its server lives.

use rand::Rng;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::{Value, json};

use super::script::Line;
use super::{last_ball, outbox};
use crate::support::api_client::Answer;
use crate::support::server::TestServer;
use crate::support::users::{Game, Organizer, Scorer};

pub async fn in_order(scorer: &Scorer, lines: &[Line]) {
    for line in lines {
        enter(scorer, line).await;
    }
}

/// What has no time in its body is sent as an outbox sends it.
async fn enter(scorer: &Scorer, line: &Line) {
    if line.action != "start" {
        scorer.act(line.action, line.body.clone()).await.ok();
        return;
    }
    let entry = json!([outbox::entry((0, line))]);
    let answer = scorer.client.post(&scorer.game.path("/sync"), entry).await.ok();
    assert_eq!(answer["items"][0]["status"], "applied", "{answer}");
}

/// Every ball twice with one key, and once more by its number.
pub async fn thrice(scorer: &Scorer, lines: &[Line]) {
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
        let third = scorer.act("balls", body).await.problem(409, "the third time");
        let ended = number == last_ball(lines);
        assert_eq!(third, if ended { "wrong-state" } else { "not-the-next-ball" });
    }
}

fn numbered(body: &Value, number: u32) -> Value {
    let mut body = body.clone();
    body["expected_number"] = json!(number);
    body
}

/// Something else that a scorer might have seen.
fn wrong(body: &Value, random: &mut StdRng) -> Value {
    let mut wrong = body.clone();
    let runs = body["runs"]["batter"].as_i64().unwrap();
    for name in ["wickets", "extras", "non_boundary", "crossed"] {
        wrong[name].take();
    }
    let is_plain = body["wickets"].is_null() && body["extras"].is_null();
    match random.random_range(0..4) {
        // What it really was is not among these.
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

/// A ball that was entered wrongly, and how it will be put right.
struct Mistake {
    /// Its place in the script.
    at: usize,
    /// Lines after it, before somebody sees it.
    seen_after: usize,
    by_patch: bool,
}

/// Each tenth ball is entered wrongly. It is seen some lines later, or where the next is refused;
/// then it is changed, or all since then is undone and entered again.
pub async fn with_mistakes(scorer: &Scorer, lines: &[Line], random: &mut StdRng) {
    let (mut place, mut open, mut made) = (0, None::<Mistake>, [0, 0]);
    while place < lines.len() || open.is_some() {
        let line = lines.get(place);
        let is_seen = open.as_ref().is_some_and(|one| place > one.at + one.seen_after);
        if let Some(mistake) = open.take_if(|_| is_seen || line.is_none()) {
            place = put_right(scorer, lines, &mistake, place).await;
            continue;
        }
        let Some(line) = line else { break };
        if line.number.is_none() && open.is_none() {
            enter(scorer, line).await;
            place += 1;
            continue;
        }
        // The last balls are entered right: a correction has its own time, and ends the match.
        let errs = open.is_none()
            && line.number.is_some_and(|number| number + 10 < last_ball(lines))
            && random.random_bool(0.12);
        let body = if errs { wrong(&line.body, random) } else { line.body.clone() };
        let answer = scorer.act(line.action, body).await;
        match answer.status {
            409 if errs => {}
            409 if open.is_some() => {
                let mistake = open.take().unwrap();
                place = put_right(scorer, lines, &mistake, place).await;
            }
            _ => {
                answer.ok();
                if errs {
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
    undo(scorer, last).await.ok();
    scorer.act(last.action, last.body.clone()).await.ok();
    eprintln!("{} balls undone, {} changed", made[0], made[1]);
    assert!(made[0] + made[1] >= 10, "{made:?}");
}

/// Gives the place from which to go on.
async fn put_right(scorer: &Scorer, lines: &[Line], mistake: &Mistake, place: usize) -> usize {
    let line = &lines[mistake.at];
    if mistake.by_patch {
        let path = format!("/balls/{}", line.number.unwrap());
        let mut body = line.body.clone();
        body["reason"] = json!("seen again");
        scorer.client.patch(&scorer.game.path(&path), body).await.ok();
        return place;
    }
    let since = lines[mistake.at..place].iter().rev();
    for ball in since.filter(|line| line.number.is_some()) {
        undo(scorer, ball).await.ok();
    }
    mistake.at
}

async fn undo(scorer: &Scorer, ball: &Line) -> Answer {
    let path = scorer.game.path(&format!("/balls/{}", ball.number.unwrap()));
    let body = json!({ "occurred_at": ball.body["occurred_at"] });
    scorer.client.send(Method::DELETE, &path, Some(body), &[]).await.unwrap()
}

/// Two who score, and one who settles what they can't.
pub struct Three {
    /// Only who made the match may start it.
    maker: Scorer,
    asha: Scorer,
    bertie: Scorer,
    dickie: Scorer,
}

impl Three {
    pub async fn of(server: &TestServer, organizer: &Organizer, game: Game) -> Self {
        let mut people = Vec::new();
        for (name, role) in [("Asha", "scorer"), ("Bertie", "scorer"), ("Dickie", "referee")] {
            let person = organizer.person(server, name).await;
            organizer.appoint(game, &person, role).await;
            people.push(Scorer { client: person.client, game });
        }
        let [asha, bertie, dickie] = <[_; 3]>::try_from(people).ok().unwrap();
        let maker = Scorer { client: organizer.client.afresh(), game };
        Self { maker, asha, bertie, dickie }
    }

    /// Asha is some balls ahead of Bertie, who errs; nothing else happens while a ball waits.
    pub async fn enter(&self, lines: &[Line], random: &mut StdRng) {
        let (mut rest, mut settled) = (lines, [0, 0]);
        while let Some(line) = rest.first() {
            let most = random.random_range(1..=5);
            let count = rest.iter().take(most).take_while(|line| line.number.is_some()).count();
            if count == 0 {
                let who = if line.action == "start" { &self.maker } else { &self.asha };
                enter(who, line).await;
                rest = &rest[1..];
                continue;
            }
            let (balls, after) = rest.split_at(count);
            rest = after;
            let ruled = self.agree_on(balls, random).await;
            settled.iter_mut().zip(ruled).for_each(|(all, more)| *all += more);
        }
        eprintln!("{} disputes ruled on, {} settled by another word", settled[0], settled[1]);
        assert!(settled[0] > 0 && settled[1] > 0, "{settled:?}");
    }

    /// Gives how many disputes the referee ruled on, and how many ended by another word.
    async fn agree_on(&self, balls: &[Line], random: &mut StdRng) -> [usize; 2] {
        for ball in balls {
            assert_eq!(self.asha.act("balls", ball.body.clone()).await.status, 202);
        }
        let mut disputed = Vec::new();
        for ball in balls {
            let errs = random.random_bool(0.1);
            let said = if errs { wrong(&ball.body, random) } else { ball.body.clone() };
            let answer = self.bertie.act("balls", said).await;
            if errs && answer.status == 409 {
                self.bertie.act("balls", ball.body.clone()).await.ok();
            } else {
                let is_official = !errs && disputed.is_empty();
                assert_eq!(answer.ok()["official"], is_official, "{}", answer.text);
                assert_eq!(answer.json()["disputed"] == true, errs);
                disputed.extend(errs.then_some(ball));
            }
        }
        let mut settled = [0, 0];
        for ball in disputed {
            let by_word = random.random_bool(0.5);
            settled[usize::from(by_word)] += 1;
            self.settle(ball, by_word).await;
        }
        let answer = self.asha.client.get(&self.asha.game.path("/state")).await.ok();
        let last = balls[balls.len() - 1].number.unwrap();
        assert_eq!(answer["data"]["live"]["next_number"], last + 1);
        assert_eq!(answer["data"]["pending"], json!([]));
        settled
    }

    async fn settle(&self, ball: &Line, by_word: bool) {
        let number = ball.number.unwrap();
        if by_word {
            let body = numbered(&ball.body, number);
            assert_eq!(self.bertie.act("balls", body).await.ok()["official"], true);
            return;
        }
        let mut ruling = json!({ "number": number, "ball": ball.body });
        ruling["occurred_at"] = ball.body["occurred_at"].clone();
        assert_eq!(self.dickie.act("rulings", ruling).await.ok()["official"], true);
    }
}
