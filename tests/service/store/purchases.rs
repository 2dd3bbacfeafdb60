//! Purchases: no ticket is sold twice or admits two people.

use futures_util::future::join_all;
use serde_json::{Value, json};
use touchline::domain::leaderboard::{Points, TieBreaker};
use touchline::domain::purchases::{Money, TicketType};
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::{Seq, StreamId};
use touchline::domain::visibility::Visibility;
use touchline::store::mutation::{
    CreateEvent, CreatePurchase, NewEvent, SetPurchaseStatus, SetTicketStatus,
};
use touchline::store::{ListQuery, Store};
use uuid::Uuid;

use crate::support::database::Database;
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    a_purchase_passes_its_statuses_and_publishes_each_change,
    g15_a_snapshot_with_each_later_patch_is_the_next_snapshot,
    returned_tickets_can_be_sold_again,
    limits_per_type_and_per_event_both_hold,
    lists_show_codes_only_to_buyers,
    g5_a_repeated_purchase_has_one_effect,
    concurrent_changes_of_a_purchase_are_serialised,
}

/// User 1, and event 1 with 20 tickets: at most 5 of them for children.
async fn event_with_tickets(database: &Database) -> Store {
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    let ticket_type = |name: &str, amount, capacity| TicketType {
        name: name.into(),
        price: Some(Money { amount, currency: "EUR".into() }),
        capacity,
    };
    let event = CreateEvent(NewEvent {
        name: "Cup".into(),
        sport: "football".into(),
        visibility: Visibility::Public,
        points: Points { win: 3, draw: 1, loss: 0, no_result: 1 },
        tie_breakers: vec![TieBreaker::Points],
        capacity: Some(20),
        max_quantity: Some(12),
        ticket_types: vec![ticket_type("adult", 2500, None), ticket_type("child", 900, Some(5))],
    });
    commit(&store, event).await;
    store
}

fn buy(ticket_type: &str, quantity: i64) -> CreatePurchase {
    CreatePurchase { event_id: 1, ticket_type: ticket_type.into(), quantity }
}

fn set_status(id: Uuid, status: &str) -> SetPurchaseStatus {
    SetPurchaseStatus { id, status: status.parse().unwrap() }
}

fn ticket(purchase: &Value, index: usize, status: &str) -> SetTicketStatus {
    let code = purchase["tickets"][index]["code"].as_str().unwrap().to_owned();
    SetTicketStatus { purchase_id: id_of(purchase), code, status: status.parse().unwrap() }
}

fn id_of(purchase: &Value) -> Uuid {
    purchase["id"].as_str().unwrap().parse().unwrap()
}

async fn messages(store: &Store, id: Uuid) -> Vec<Value> {
    let page = store.read_messages_after(StreamId::Purchase(id), 0, 100).await.unwrap();
    let envelopes = page.messages.iter().map(|message| message.envelope.as_str());
    envelopes.map(|text| serde_json::from_str(text).unwrap()).collect()
}

async fn a_purchase_passes_its_statuses_and_publishes_each_change(database: Database) {
    let store = event_with_tickets(&database).await;
    let created = commit(&store, buy("adult", 3)).await;
    let id = id_of(&created.body);
    assert_eq!(created.status, 201);
    assert_eq!(created.stream_head, Some((StreamId::Purchase(id), 1)));
    assert_eq!(created.body["total"], json!({ "amount": 7500, "currency": "EUR" }));
    assert_eq!(created.body["status"], "pending");
    assert_eq!(created.body["tickets"].as_array().unwrap().len(), 3);

    assert_eq!(
        expect_rejection(&store, ticket(&created.body, 0, "used")).await.code,
        "not-confirmed"
    );
    assert_eq!(expect_rejection(&store, set_status(id, "refunded")).await.code, "wrong-state");
    commit(&store, set_status(id, "confirmed")).await;
    let used = commit(&store, ticket(&created.body, 0, "used")).await;
    assert_eq!(used.body["ticket"]["status"], "used");
    assert_eq!(used.body["ticket"]["used_at"], "2026-11-21T15:04:05.123Z");
    assert_eq!(used.body["ticket_type"], "adult");
    assert_eq!(
        expect_rejection(&store, ticket(&created.body, 0, "used")).await.code,
        "ticket-used"
    );
    assert_eq!(
        expect_rejection(&store, ticket(&created.body, 0, "void")).await.code,
        "ticket-used"
    );
    commit(&store, ticket(&created.body, 1, "void")).await;
    assert_eq!(
        expect_rejection(&store, ticket(&created.body, 1, "used")).await.code,
        "ticket-void"
    );
    let refunded = commit(&store, set_status(id, "refunded")).await;
    assert_eq!(expect_rejection(&store, set_status(id, "confirmed")).await.code, "wrong-state");

    let statuses = |purchase: &Value| -> Vec<String> {
        let tickets = purchase["tickets"].as_array().unwrap();
        tickets.iter().map(|item| item["status"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(statuses(&refunded.body), ["used", "void", "void"]);
    let messages = messages(&store, id).await;
    let kinds: Vec<_> = messages
        .iter()
        .map(|message| {
            format!("{} {}", message["type"].as_str().unwrap(), message["data"]["change"])
        })
        .collect();
    #[rustfmt::skip]
    let expected = [
        "purchase_update \"created\"", "purchase_update \"confirmed\"",
        "ticket_update \"used\"", "ticket_update \"void\"", "purchase_update \"refunded\"",
    ];
    assert_eq!(kinds, expected);
    assert!(messages.iter().all(|message| message["topic"] == format!("purchase_{id}")));
    let code = &created.body["tickets"][0]["code"];
    let expected = json!({ "change": "used", "purchase_id": id, "code": code });
    assert_eq!(messages[2]["data"], expected);
    let (etag, _) = store.purchase(id).await.unwrap().unwrap();
    assert_eq!(Some(etag), refunded.etag);
}

async fn g15_a_snapshot_with_each_later_patch_is_the_next_snapshot(database: Database) {
    let store = event_with_tickets(&database).await;
    let created = commit(&store, buy("adult", 3)).await;
    let mut fold = Fold::new(id_of(&created.body));
    fold.follow_and_compare(&store).await;
    commit(&store, set_status(fold.id, "confirmed")).await;
    fold.follow_and_compare(&store).await;
    commit(&store, ticket(&created.body, 0, "used")).await;
    fold.follow_and_compare(&store).await;
    commit(&store, ticket(&created.body, 1, "void")).await;
    fold.follow_and_compare(&store).await;
    commit(&store, set_status(fold.id, "refunded")).await;
    fold.follow_and_compare(&store).await;
    let codes = created.body["tickets"].as_array().unwrap().iter().map(|seat| &seat["code"]);
    let numbers = codes.map(|code| &fold.state["tickets"][code.as_str().unwrap()]["number"]);
    assert_eq!(numbers.collect::<Vec<_>>(), [1, 2, 3], "what a client sorts by");
}

/// The state of a purchase's stream as a client folds it, from the first message on.
struct Fold {
    id: Uuid,
    state: Value,
    seq: Seq,
}

impl Fold {
    fn new(id: Uuid) -> Self {
        Self { id, state: json!({ "purchase": {}, "tickets": {} }), seq: 0 }
    }

    /// Applies the messages of a write, and compares with the snapshot after it.
    async fn follow_and_compare(&mut self, store: &Store) {
        let topic = StreamId::Purchase(self.id).topic();
        let page = store.read_messages_after(topic.stream, self.seq, 100).await.unwrap();
        assert!(!page.messages.is_empty());
        for message in page.messages {
            let envelope: Value = serde_json::from_str(&message.envelope).unwrap();
            json_patch::merge(&mut self.state, &envelope["patch"]);
            self.seq = message.seq;
        }
        let snapshot = store.snapshot(topic).await.unwrap().unwrap();
        assert_eq!((&snapshot.data, snapshot.seq), (&self.state, self.seq));
    }
}

async fn returned_tickets_can_be_sold_again(database: Database) {
    let store = event_with_tickets(&database).await;
    let first = commit(&store, buy("adult", 12)).await.body;
    let second = commit(&store, buy("adult", 8)).await.body;
    let rejection = expect_rejection(&store, buy("adult", 1)).await;
    assert_eq!(
        (rejection.reason, rejection.code.as_str()),
        (RejectionReason::Conflict, "sold-out")
    );

    // A voided ticket, then a cancelled purchase, then the unused tickets of a refunded one.
    commit(&store, ticket(&first, 0, "void")).await;
    commit(&store, buy("adult", 1)).await;
    assert_eq!(expect_rejection(&store, buy("adult", 1)).await.code, "sold-out");
    commit(&store, set_status(id_of(&second), "cancelled")).await;
    commit(&store, buy("adult", 8)).await;
    commit(&store, set_status(id_of(&first), "confirmed")).await;
    commit(&store, ticket(&first, 1, "used")).await;
    commit(&store, set_status(id_of(&first), "refunded")).await;
    let rejection = expect_rejection(&store, buy("adult", 11)).await;
    assert_eq!(rejection.detail, "only 10 tickets (adult) are left");
    commit(&store, buy("adult", 10)).await;
}

async fn limits_per_type_and_per_event_both_hold(database: Database) {
    let store = event_with_tickets(&database).await;
    commit(&store, buy("child", 4)).await;
    assert_eq!(
        expect_rejection(&store, buy("child", 2)).await.detail,
        "only 1 ticket (child) is left"
    );
    commit(&store, buy("adult", 12)).await;
    assert_eq!(
        expect_rejection(&store, buy("adult", 5)).await.detail,
        "only 4 tickets (adult) are left"
    );
    for (write, pointer) in [
        (buy("adult", 13), "/quantity"),
        (buy("adult", 0), "/quantity"),
        (buy("senior", 1), "/ticket_type"),
    ] {
        let rejection = expect_rejection(&store, write.clone()).await;
        assert_eq!(rejection.reason, RejectionReason::Invalid, "{write:?}");
        assert_eq!(rejection.errors[0].pointer, pointer, "{write:?}");
    }
    let missing_event = CreatePurchase { event_id: 9, ticket_type: "x".into(), quantity: 1 };
    assert_eq!(expect_rejection(&store, missing_event).await.reason, RejectionReason::NotFound);
}

async fn lists_show_codes_only_to_buyers(database: Database) {
    let store = event_with_tickets(&database).await;
    commit(&store, user("bo@example.org")).await;
    for (by, quantity) in [(1, 1), (2, 2), (1, 3)] {
        request_of(buy("adult", quantity)).by(by).commit(&store).await.unwrap();
    }
    let quantities = |items: &[Value]| -> Vec<i64> {
        items.iter().map(|item| item["quantity"].as_i64().unwrap()).collect()
    };
    let own = ListQuery::Purchases { buyer_id: 1, event_id: None };
    let items = store.list(own, 0, 10).await.unwrap().items;
    assert_eq!(quantities(&items), [1, 3]);
    for purchase in &items {
        assert_eq!(store.purchase(id_of(purchase)).await.unwrap().unwrap().1, *purchase);
    }
    let other_event = ListQuery::Purchases { buyer_id: 1, event_id: Some(2) };
    assert!(store.list(other_event, 0, 10).await.unwrap().items.is_empty());
    let page = store.list(ListQuery::Sales { event_id: 1 }, 0, 2).await.unwrap();
    let rest = store.list(ListQuery::Sales { event_id: 1 }, page.next.unwrap(), 2).await.unwrap();
    let sales = [page.items, rest.items].concat();
    assert_eq!((quantities(&sales), rest.next), (vec![1, 2, 3], None));
    assert_eq!(sales[1]["buyer_id"], 2);
    assert!(sales.iter().all(|sale| !sale.to_string().contains("code")), "{sales:?}");

    // A manager who confirms a purchase doesn't see its codes either.
    let id = id_of(&sales[1]);
    let confirmed = commit(&store, set_status(id, "confirmed")).await;
    assert_eq!(confirmed.body["status"], "confirmed");
    assert!(confirmed.body.get("tickets").is_none());
    let rights = store.purchase_rights(id, Some(2)).await.unwrap().unwrap();
    assert!(rights.is_buyer && !rights.is_event_manager);
    let rights = store.purchase_rights(id, Some(1)).await.unwrap().unwrap();
    assert!(rights.is_event_manager && !rights.is_buyer);
    assert_eq!(store.purchase_rights(Uuid::nil(), Some(1)).await.unwrap(), None);
    assert_eq!(store.purchase_of_ticket("2222222222222222").await.unwrap(), None);
}

async fn g5_a_repeated_purchase_has_one_effect(database: Database) {
    let store = event_with_tickets(&database).await;
    let first =
        keyed_request(buy("child", 3), "a-key-of-16-letters", "body").commit(&store).await.unwrap();
    let second =
        keyed_request(buy("child", 3), "a-key-of-16-letters", "body").commit(&store).await.unwrap();
    assert!(second.is_replay);
    assert_eq!((second.body, second.stream_head), (first.body.clone(), first.stream_head));
    assert_eq!(messages(&store, id_of(&first.body)).await.len(), 1);
    assert_eq!(
        expect_rejection(&store, buy("child", 3)).await.detail,
        "only 2 tickets (child) are left"
    );
}

async fn concurrent_changes_of_a_purchase_are_serialised(database: Database) {
    let store = event_with_tickets(&database).await;
    let purchase = commit(&store, buy("adult", 8)).await.body;
    let id = id_of(&purchase);
    commit(&store, set_status(id, "confirmed")).await;

    // Each ticket is checked in at four gates at once, while the purchase is refunded.
    let mut writes: Vec<_> =
        (0..32).map(|number| any_mutation(ticket(&purchase, number % 8, "used"))).collect();
    writes.insert(13, any_mutation(set_status(id, "refunded")));
    let tasks = writes.into_iter().map(|write| {
        let store = store.clone();
        tokio::spawn(async move { request_of(write).commit(&store).await.is_ok() })
    });
    let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();

    let (_, purchase) = store.purchase(id).await.unwrap().unwrap();
    let tickets = purchase["tickets"].as_array().unwrap();
    let count = |status| tickets.iter().filter(|ticket| ticket["status"] == status).count();
    assert!(outcomes[13], "refunded");
    assert_eq!(count("used") + count("void"), 8, "{purchase}");
    assert_eq!(outcomes.iter().filter(|is_ok| **is_ok).count() - 1, count("used"), "once each");
    let messages = messages(&store, id).await;
    assert_eq!(messages.len(), 3 + count("used"));
    let refund =
        messages.iter().position(|message| message["data"]["change"] == "refunded").unwrap();
    assert_eq!(refund, messages.len() - 1, "no check-in after the refund");
}
