//! Purchases: no ticket is sold twice, none lets two in.

use futures_util::future::join_all;
use serde_json::{Value, json};
use touchline::domain::leaderboard::{Points, TieBreaker};
use touchline::domain::purchases::{Money, TicketType};
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::StreamId;
use touchline::store::mutation::{
    CreateEvent, CreatePurchase, NewEvent, SetPurchaseStatus, SetTicketStatus,
};
use touchline::store::{ListQuery, Store};
use uuid::Uuid;

use crate::support::database::Database;
use crate::support::jobs::*;
use crate::support::on_both;

on_both! {
    a_purchase_goes_its_way_and_its_stream_tells_all_of_it,
    what_is_given_back_can_be_sold_again,
    limits_of_types_and_of_the_event_both_hold,
    lists_show_codes_to_buyers_alone,
    g5_a_purchase_sent_twice_is_one,
    changes_at_once_happen_one_after_the_other,
}

/// User 1, and event 1 with 20 places: 5 of them for children.
async fn fair(database: &Database) -> Store {
    let store = database.open().await;
    done(&store, user("ann@example.org")).await;
    let sells = |name: &str, amount, capacity| TicketType {
        name: name.into(),
        price: Some(Money { amount, currency: "EUR".into() }),
        capacity,
    };
    let event = CreateEvent(NewEvent {
        name: "Cup".into(),
        sport: "football".into(),
        visibility: "public".into(),
        points: Points { win: 3, draw: 1, loss: 0, no_result: 1 },
        tie_breakers: vec![TieBreaker::Points],
        capacity: Some(20),
        max_quantity: Some(12),
        ticket_types: vec![sells("adult", 2500, None), sells("child", 900, Some(5))],
    });
    done(&store, event).await;
    store
}

fn buy(ticket_type: &str, quantity: i64) -> CreatePurchase {
    CreatePurchase { event_id: 1, ticket_type: ticket_type.into(), quantity }
}

fn moved(id: Uuid, status: &str) -> SetPurchaseStatus {
    SetPurchaseStatus { id, status: status.into() }
}

fn ticket(purchase: &Value, place: usize, status: &str) -> SetTicketStatus {
    let code = purchase["tickets"][place]["code"].as_str().unwrap().to_owned();
    SetTicketStatus { purchase_id: id_of(purchase), code, status: status.into() }
}

fn id_of(purchase: &Value) -> Uuid {
    purchase["id"].as_str().unwrap().parse().unwrap()
}

async fn told(store: &Store, id: Uuid) -> Vec<Value> {
    let page = store.read_messages_after(StreamId::Purchase(id), 0, 100).await.unwrap();
    let envelopes = page.messages.iter().map(|message| message.envelope.as_str());
    envelopes.map(|text| serde_json::from_str(text).unwrap()).collect()
}

async fn a_purchase_goes_its_way_and_its_stream_tells_all_of_it(database: Database) {
    let store = fair(&database).await;
    let made = done(&store, buy("adult", 3)).await;
    let id = id_of(&made.body);
    assert_eq!(made.status, 201);
    assert_eq!(made.stream_head, Some((StreamId::Purchase(id), 1)));
    assert_eq!(made.body["total"], json!({ "amount": 7500, "currency": "EUR" }));
    assert_eq!(made.body["status"], "pending");
    assert_eq!(made.body["tickets"].as_array().unwrap().len(), 3);

    assert_eq!(refused(&store, ticket(&made.body, 0, "used")).await.code, "not-confirmed");
    assert_eq!(refused(&store, moved(id, "refunded")).await.code, "wrong-state");
    done(&store, moved(id, "confirmed")).await;
    let used = done(&store, ticket(&made.body, 0, "used")).await;
    assert_eq!(used.body["ticket"]["status"], "used");
    assert_eq!(used.body["ticket"]["used_at"], "2026-11-21T15:04:05.123Z");
    assert_eq!(used.body["ticket_type"], "adult");
    assert_eq!(refused(&store, ticket(&made.body, 0, "used")).await.code, "ticket-used");
    assert_eq!(refused(&store, ticket(&made.body, 0, "void")).await.code, "ticket-used");
    done(&store, ticket(&made.body, 1, "void")).await;
    assert_eq!(refused(&store, ticket(&made.body, 1, "used")).await.code, "ticket-void");
    let refunded = done(&store, moved(id, "refunded")).await;
    assert_eq!(refused(&store, moved(id, "confirmed")).await.code, "wrong-state");

    let statuses = |purchase: &Value| -> Vec<String> {
        let tickets = purchase["tickets"].as_array().unwrap();
        tickets.iter().map(|one| one["status"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(statuses(&refunded.body), ["used", "void", "void"]);
    let told = told(&store, id).await;
    let kinds: Vec<_> = told
        .iter()
        .map(|one| format!("{} {}", one["type"].as_str().unwrap(), one["data"]["change"]))
        .collect();
    #[rustfmt::skip]
    let expected = [
        "purchase_update \"created\"", "purchase_update \"confirmed\"",
        "ticket_update null", "ticket_update null", "purchase_update \"refunded\"",
    ];
    assert_eq!(kinds, expected);
    assert!(told.iter().all(|one| one["topic"] == format!("purchase_{id}")));
    assert_eq!(told[2]["data"], json!({ "purchase_id": id, "ticket": used.body["ticket"] }));
    let (etag, shown) = store.purchase(id).await.unwrap().unwrap();
    assert_eq!(told[4]["data"]["purchase"], shown);
    assert_eq!(Some(etag), refunded.etag);
    let snapshot = store.snapshot(StreamId::Purchase(id).topic()).await.unwrap().unwrap();
    assert_eq!((snapshot.seq, snapshot.data), (5, json!({ "purchase": shown })));
}

async fn what_is_given_back_can_be_sold_again(database: Database) {
    let store = fair(&database).await;
    let first = done(&store, buy("adult", 12)).await.body;
    let second = done(&store, buy("adult", 8)).await.body;
    let full = refused(&store, buy("adult", 1)).await;
    assert_eq!((full.reason, full.code.as_str()), (RejectionReason::Conflict, "sold-out"));

    // One that is void, then a whole purchase; of one that is refunded, what nobody has used.
    done(&store, ticket(&first, 0, "void")).await;
    done(&store, buy("adult", 1)).await;
    assert_eq!(refused(&store, buy("adult", 1)).await.code, "sold-out");
    done(&store, moved(id_of(&second), "cancelled")).await;
    done(&store, buy("adult", 8)).await;
    done(&store, moved(id_of(&first), "confirmed")).await;
    done(&store, ticket(&first, 1, "used")).await;
    done(&store, moved(id_of(&first), "refunded")).await;
    let left = refused(&store, buy("adult", 11)).await;
    assert_eq!(left.detail, "only 10 tickets (adult) are left");
    done(&store, buy("adult", 10)).await;
}

async fn limits_of_types_and_of_the_event_both_hold(database: Database) {
    let store = fair(&database).await;
    done(&store, buy("child", 4)).await;
    assert_eq!(refused(&store, buy("child", 2)).await.detail, "only 1 ticket (child) is left");
    done(&store, buy("adult", 12)).await;
    assert_eq!(refused(&store, buy("adult", 5)).await.detail, "only 4 tickets (adult) are left");
    for (write, pointer) in [
        (buy("adult", 13), "/quantity"),
        (buy("adult", 0), "/quantity"),
        (buy("senior", 1), "/ticket_type"),
    ] {
        let rejection = refused(&store, write.clone()).await;
        assert_eq!(rejection.reason, RejectionReason::Invalid, "{write:?}");
        assert_eq!(rejection.errors[0].pointer, pointer, "{write:?}");
    }
    let nowhere = CreatePurchase { event_id: 9, ticket_type: "x".into(), quantity: 1 };
    assert_eq!(refused(&store, nowhere).await.reason, RejectionReason::NotFound);
}

async fn lists_show_codes_to_buyers_alone(database: Database) {
    let store = fair(&database).await;
    done(&store, user("bo@example.org")).await;
    for (by, quantity) in [(1, 1), (2, 2), (1, 3)] {
        job(buy("adult", quantity)).by(by).commit(&store).await.unwrap();
    }
    let quantities = |items: &[Value]| -> Vec<i64> {
        items.iter().map(|one| one["quantity"].as_i64().unwrap()).collect()
    };
    let own = ListQuery::Purchases { buyer_id: 1, event_id: None };
    let mine = store.list(own, 0, 10).await.unwrap().items;
    assert_eq!(quantities(&mine), [1, 3]);
    for purchase in &mine {
        assert_eq!(store.purchase(id_of(purchase)).await.unwrap().unwrap().1, *purchase);
    }
    let elsewhere = ListQuery::Purchases { buyer_id: 1, event_id: Some(2) };
    assert!(store.list(elsewhere, 0, 10).await.unwrap().items.is_empty());
    let page = store.list(ListQuery::Sales { event_id: 1 }, 0, 2).await.unwrap();
    let rest = store.list(ListQuery::Sales { event_id: 1 }, page.next.unwrap(), 2).await.unwrap();
    let all = [page.items, rest.items].concat();
    assert_eq!((quantities(&all), rest.next), (vec![1, 2, 3], None));
    assert_eq!(all[1]["buyer_id"], 2);
    assert!(all.iter().all(|sale| !sale.to_string().contains("code")), "{all:?}");

    // Who confirms somebody else's purchase needn't know the codes either.
    let id = id_of(&all[1]);
    let confirmed = done(&store, moved(id, "confirmed")).await;
    assert_eq!(confirmed.body["status"], "confirmed");
    assert!(confirmed.body.get("tickets").is_none());
    let rights = store.purchase_rights(id, Some(2)).await.unwrap().unwrap();
    assert!(rights.is_buyer && !rights.is_event_manager);
    let rights = store.purchase_rights(id, Some(1)).await.unwrap().unwrap();
    assert!(rights.is_event_manager && !rights.is_buyer);
    assert_eq!(store.purchase_rights(Uuid::nil(), Some(1)).await.unwrap(), None);
    assert_eq!(store.purchase_of_ticket("2222222222222222").await.unwrap(), None);
}

async fn g5_a_purchase_sent_twice_is_one(database: Database) {
    let store = fair(&database).await;
    let first = keyed(buy("child", 3), "a-key-of-16-letters", "body").commit(&store).await.unwrap();
    let second =
        keyed(buy("child", 3), "a-key-of-16-letters", "body").commit(&store).await.unwrap();
    assert!(second.is_replay);
    assert_eq!((second.body, second.stream_head), (first.body.clone(), first.stream_head));
    assert_eq!(told(&store, id_of(&first.body)).await.len(), 1);
    assert_eq!(refused(&store, buy("child", 3)).await.detail, "only 2 tickets (child) are left");
}

async fn changes_at_once_happen_one_after_the_other(database: Database) {
    let store = fair(&database).await;
    let made = done(&store, buy("adult", 8)).await.body;
    let id = id_of(&made);
    done(&store, moved(id, "confirmed")).await;

    // Each ticket shown at four gates, while the purchase is being refunded.
    let mut writes: Vec<_> = (0..32).map(|number| any(ticket(&made, number % 8, "used"))).collect();
    writes.insert(13, any(moved(id, "refunded")));
    let tasks = writes.into_iter().map(|write| {
        let store = store.clone();
        tokio::spawn(async move { job(write).commit(&store).await.is_ok() })
    });
    let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();

    let (_, purchase) = store.purchase(id).await.unwrap().unwrap();
    let tickets = purchase["tickets"].as_array().unwrap();
    let count = |status| tickets.iter().filter(|one| one["status"] == status).count();
    assert!(outcomes[13], "refunded");
    assert_eq!(count("used") + count("void"), 8, "{purchase}");
    assert_eq!(outcomes.iter().filter(|done| **done).count() - 1, count("used"), "once each");
    let messages = told(&store, id).await;
    assert_eq!(messages.len(), 3 + count("used"));
    let refund = messages.iter().position(|one| one["data"]["change"] == "refunded").unwrap();
    assert_eq!(refund, messages.len() - 1, "nobody is let in by what was given back");
}
