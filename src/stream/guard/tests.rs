use tokio::sync::Barrier;

use super::*;
use crate::store::Issued;
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
        who: Who { principal: None, signed_in: false, address: None },
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

/// A user with a session.
fn user(id: i64) -> Arc<Principal> {
    let issued = Issued::Here { generation: 1, session_id: Some("s".to_owned()) };
    Arc::new(Principal { user_id: id, issued })
}

#[tokio::test]
async fn g7_a_crowd_costs_one_question_a_topic_and_user() {
    let (public, team) = (topic("match_3"), topic("team_7_live"));
    let mut readers = vec![vec![(None, public)]; 1000];
    readers.extend((0..10).map(|_| vec![(Some(user(4)), public), (Some(user(4)), team)]));
    let asked = RefCell::new(Vec::new());
    let ask = |question| {
        asked.borrow_mut().push(question);
        async { Ok(Access::Allowed) }
    };
    ask_all(&readers, ask, |index, _| panic!("{index} has lost nothing")).await.unwrap();
    assert_eq!(*asked.borrow(), [(None, public), (Some(user(4)), public), (Some(user(4)), team)]);
}

#[tokio::test]
async fn g7_questions_are_asked_sixteen_at_once() {
    let readers: Vec<_> = (0..64).map(|id| vec![(Some(user(id)), topic("team_7"))]).collect();
    let (together, now, most) = (Barrier::new(16), Cell::new(0), Cell::new(0));
    let ask = |_| async {
        now.set(now.get() + 1);
        most.set(now.get().max(most.get()));
        // Goes on when sixteen are here.
        together.wait().await;
        now.set(now.get() - 1);
        Ok(Access::Allowed)
    };
    let round = ask_all(&readers, ask, |_, _| {});
    tokio::time::timeout(std::time::Duration::from_secs(5), round).await.unwrap().unwrap();
    assert!(most.get() <= 16, "{}", most.get());
}

#[tokio::test]
async fn g7_who_loses_topics_is_told_all_of_them_at_once() {
    let (event, team, game) = (topic("event_1"), topic("team_7"), topic("match_3"));
    let all = [event, team, game].map(|topic| (Some(user(4)), topic)).to_vec();
    let signed_out = vec![(Some(user(6)), team), (Some(user(6)), game)];
    let readers = [
        vec![(Some(user(4)), team)],
        all,
        vec![(Some(user(5)), team)],
        vec![(None, game)],
        signed_out,
    ];
    let ask = |(who, asked): Asked| async move {
        Ok(match who.map(|who| who.user_id) {
            Some(4) if asked != game => Access::Denied,
            Some(6) => Access::SignedOut,
            _ => Access::Allowed,
        })
    };
    let mut lost = Vec::new();
    ask_all(&readers, ask, |index, loss| lost.push((index, loss))).await.unwrap();
    lost.sort_by_key(|(index, _)| *index);
    let topics = |lost: &[Topic]| Loss::Topics(lost.to_vec());
    let expected = [(0, topics(&[team])), (1, topics(&[event, team])), (4, Loss::Credential)];
    assert_eq!(lost, expected);
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
