use tokio::sync::Barrier;

use super::*;
use crate::store::StoreError;
use crate::stream::frame::Coding;
use crate::stream::reader::Bye;
use crate::stream::reader::Mode;
use crate::stream::reader::Opening;
use crate::stream::reader::Who;

fn topic(text: &str) -> Topic {
    text.parse().unwrap()
}

/// A reader allowed in at this version of rights.
fn reader(rights: i64) -> Rc<Reader> {
    Rc::new(Reader::new(Opening {
        id: 1,
        who: Who { user_id: None, signed_in: false, address: None },
        rights,
        epoch: "e".into(),
        mode: Mode::Log { types: Vec::new() },
        coding: Coding::Plain,
        line: None,
        follows: Vec::new(),
        always: false,
        deadline: (0, Bye::Limit),
    }))
}

#[tokio::test]
async fn g7_a_crowd_costs_one_question_a_topic_and_user() {
    let (public, team) = (topic("match_3"), topic("team_7_live"));
    let mut readers = vec![vec![(None, public)]; 1000];
    readers.extend(vec![vec![(Some(4), public), (Some(4), team)]; 10]);
    let asked = RefCell::new(Vec::new());
    let ask = |question| {
        asked.borrow_mut().push(question);
        async { Ok(true) }
    };
    ask_all(&readers, ask, |index, _| panic!("{index} has lost nothing")).await.unwrap();
    assert_eq!(*asked.borrow(), [(None, public), (Some(4), public), (Some(4), team)]);
}

#[tokio::test]
async fn g7_questions_are_asked_sixteen_at_once() {
    let readers: Vec<_> = (0..64).map(|user| vec![(Some(user), topic("team_7"))]).collect();
    let (together, now, most) = (Barrier::new(16), Cell::new(0), Cell::new(0));
    let ask = |_| async {
        now.set(now.get() + 1);
        most.set(now.get().max(most.get()));
        // Goes on when sixteen are here.
        together.wait().await;
        now.set(now.get() - 1);
        Ok(true)
    };
    let round = ask_all(&readers, ask, |_, _| {});
    tokio::time::timeout(std::time::Duration::from_secs(5), round).await.unwrap().unwrap();
    assert!(most.get() <= 16, "{}", most.get());
}

#[tokio::test]
async fn g7_who_loses_topics_is_told_all_of_them_at_once() {
    let (event, team, game) = (topic("event_1"), topic("team_7"), topic("match_3"));
    let all = [event, team, game].map(|topic| (Some(4), topic)).to_vec();
    let readers = [vec![(Some(4), team)], all, vec![(Some(5), team)], vec![(None, game)]];
    let ask = |(user, asked)| async move { Ok(user != Some(4) || asked == game) };
    let mut lost = Vec::new();
    ask_all(&readers, ask, |index, topics| lost.push((index, topics))).await.unwrap();
    assert_eq!(lost, [(0, vec![team]), (1, vec![event, team])]);
    let fails = |_| async { Err(StoreError::Unavailable("gone".to_owned())) };
    let nobody = |_, _| panic!("nothing is known, and nobody loses anything");
    assert!(ask_all(&readers, fails, nobody).await.is_err());
}

#[test]
fn g7_one_round_runs_at_a_time_and_nobody_is_left_out() {
    let rounds = Rounds::at(7);
    let everybody = || vec![reader(7), reader(7)];
    let asks = |rounds: &Rounds| rounds.next(everybody).map(|readers| readers.len());
    assert!(!rounds.is_due(7) && !rounds.comes(&reader(7)), "nothing has changed");
    assert!(rounds.is_due(8), "a round begins");
    assert_eq!(asks(&rounds), Some(2));
    // While it asks: rights change again, and somebody comes who was allowed in before.
    assert!(!rounds.is_due(9) && !rounds.comes(&reader(8)), "one round at a time");
    assert_eq!(asks(&rounds), Some(2), "again for everybody");
    assert!(!rounds.comes(&reader(8)), "somebody late");
    assert_eq!((asks(&rounds), asks(&rounds)), (Some(1), None), "the late one, and the end");
    assert!(rounds.comes(&reader(8)), "later still");
    assert_eq!((asks(&rounds), asks(&rounds)), (Some(1), None));
    assert!(rounds.is_due(10));
    rounds.fail();
    assert!(rounds.is_due(10), "what failed is asked again");
    assert_eq!((asks(&rounds), asks(&rounds)), (Some(2), None));
}
