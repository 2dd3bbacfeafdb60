//! The fields of an event's body.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use serde_json::Value;

use crate::domain::leaderboard::Points;
use crate::domain::leaderboard::TieBreaker;
use crate::domain::purchases;
use crate::domain::purchases::Money;
use crate::domain::purchases::TicketType;
use crate::http::body::Fields;
use crate::http::shape;
use crate::sports::Rules;
use crate::store::job::EventEdit;
use crate::store::job::EventFields;

/// Kinds of tickets that one event may sell.
const MOST_TYPES: usize = 50;

/// Tickets of an event, or of one type.
const CAPACITY: RangeInclusive<i64> = 1..=1_000_000_000;

/// Of one ticket in minor units: 10 000 million, so that any purchase can be summed.
const PRICE: RangeInclusive<i64> = 0..=1_000_000_000_000;

/// Everything an event is made of.
pub fn all(fields: &mut Fields) -> EventFields {
    EventFields {
        name: fields.required("name", shape::name),
        sport: fields.required("sport", sport),
        visibility: fields.optional("visibility", shape::visibility).unwrap_or("public".to_owned()),
        points: fields.object("points", points).flatten().unwrap_or_default(),
        tie_breakers: fields.optional("tie_breakers", tie_breakers).unwrap_or_else(usual),
        capacity: fields.optional("capacity", shape::whole(CAPACITY)),
        max_quantity: fields.optional("max_quantity", shape::whole(1..=purchases::MOST_AT_ONCE)),
        ticket_types: ticket_types(fields).unwrap_or_default(),
    }
}

/// What of an event is to change. Points are changed as a whole.
pub fn changed(fields: &mut Fields) -> EventEdit {
    let new_points = fields.object("points", points);
    if new_points == Some(None) {
        fields.fault("points", "must not be null");
    }
    EventEdit {
        name: fields.present("name", shape::name),
        visibility: fields.present("visibility", shape::visibility),
        points: new_points.flatten(),
        tie_breakers: fields.present("tie_breakers", tie_breakers),
        capacity: fields.nullable("capacity", shape::whole(CAPACITY)),
        max_quantity: fields.nullable("max_quantity", shape::whole(1..=purchases::MOST_AT_ONCE)),
        ticket_types: ticket_types(fields),
    }
}

fn sport(value: &Value) -> Result<String, String> {
    let code = value.as_str().and_then(Rules::find).map(|rules| rules.code.to_owned());
    code.ok_or_else(|| "no such sport".to_owned())
}

fn points(fields: &mut Fields) -> Points {
    let usual = Points::default();
    let mut worth = |name, usual| fields.optional(name, shape::whole(-100..=100)).unwrap_or(usual);
    Points {
        win: worth("win", usual.win),
        draw: worth("draw", usual.draw),
        loss: worth("loss", usual.loss),
        no_result: worth("no_result", usual.no_result),
    }
}

/// How tables are ordered unless their event says otherwise.
fn usual() -> Vec<TieBreaker> {
    vec![TieBreaker::Points, TieBreaker::Difference, TieBreaker::For]
}

fn tie_breakers(value: &Value) -> Result<Vec<TieBreaker>, String> {
    let items = value.as_array().filter(|items| (1..=8).contains(&items.len()));
    let items = items.ok_or("must be a list of 1 to 8 words")?;
    let mut known = Vec::new();
    for item in items {
        let word = serde_json::from_value(item.clone()).map_err(
            |_| "must be of points, difference, for, head_to_head, wins, net_run_rate, name",
        )?;
        if known.contains(&word) {
            return Err("must not name one twice".to_owned());
        }
        known.push(word);
    }
    Ok(known)
}

fn ticket_types(fields: &mut Fields) -> Option<Vec<TicketType>> {
    let types = fields.objects("ticket_types", MOST_TYPES, |one| TicketType {
        name: one.required("name", shape::name),
        price: one.object("price", price).flatten(),
        capacity: one.optional("capacity", shape::whole(CAPACITY)),
    })?;
    let mut names = HashSet::new();
    if !types.iter().all(|one| names.insert(&one.name)) {
        fields.fault("ticket_types", "must have names of their own");
    }
    Some(types)
}

fn price(fields: &mut Fields) -> Money {
    Money {
        amount: fields.required("amount", shape::whole(PRICE)),
        currency: fields.required("currency", shape::currency),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::body::Body;
    use crate::problem::Problem;

    fn made(body: Value) -> Result<EventFields, Vec<String>> {
        let mut fields = Body { value: body }.fields().unwrap();
        let event = all(&mut fields);
        fields.finish().map(|()| event).map_err(pointers)
    }

    fn pointers(problem: Problem) -> Vec<String> {
        let Problem::Rejected(rejection) = problem else { panic!("{problem}") };
        rejection.errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn an_event_needs_a_name_and_a_sport() {
        let event = made(json!({ "name": "Cup", "sport": "football" })).unwrap();
        assert_eq!(event.visibility, "public");
        assert_eq!(event.points, Points { win: 3, draw: 1, loss: 0, no_result: 1 });
        assert_eq!(event.tie_breakers, usual());
        assert!(event.capacity.is_none() && event.ticket_types.is_empty());
        assert_eq!(made(json!({})).unwrap_err(), ["/name", "/sport"]);
    }

    #[test]
    fn everything_else_may_be_said() {
        let event = made(json!({
            "name": "Cup", "sport": "football", "visibility": "private",
            "points": { "win": 2, "loss": -1 }, "tie_breakers": ["points", "head_to_head", "name"],
            "capacity": 100, "max_quantity": 4,
            "ticket_types": [
                { "name": "adult", "price": { "amount": 2500, "currency": "EUR" }, "capacity": 80 },
                { "name": "child", "price": null },
            ],
        }));
        let event = event.unwrap();
        assert_eq!(event.points, Points { win: 2, draw: 1, loss: -1, no_result: 1 });
        assert_eq!(event.tie_breakers[1], TieBreaker::HeadToHead);
        assert_eq!((event.capacity, event.max_quantity), (Some(100), Some(4)));
        let price = Money { amount: 2500, currency: "EUR".to_owned() };
        assert_eq!(event.ticket_types[0].price, Some(price));
        assert_eq!(event.ticket_types[1].price, None);
    }

    #[test]
    fn g10_what_is_wrong_is_pointed_at() {
        let many: Vec<_> = (0..51).map(|at| json!({ "name": at.to_string() })).collect();
        #[rustfmt::skip]
        let cases = [
            (json!({ "sport": "curling" }),                            "/sport"),
            (json!({ "visibility": "secret" }),                        "/visibility"),
            (json!({ "points": { "win": 101 } }),                      "/points/win"),
            (json!({ "points": { "win": 1.5 } }),                      "/points/win"),
            (json!({ "points": { "bonus": 1 } }),                      "/points/bonus"),
            (json!({ "points": 3 }),                                   "/points"),
            (json!({ "tie_breakers": [] }),                            "/tie_breakers"),
            (json!({ "tie_breakers": ["luck"] }),                      "/tie_breakers"),
            (json!({ "tie_breakers": ["points", "points"] }),          "/tie_breakers"),
            (json!({ "tie_breakers": "points" }),                      "/tie_breakers"),
            (json!({ "capacity": 0 }),                                 "/capacity"),
            (json!({ "capacity": 1_000_000_001 }),                     "/capacity"),
            (json!({ "capacity": i64::MAX }),                          "/capacity"),
            (json!({ "max_quantity": 0 }),                             "/max_quantity"),
            (json!({ "max_quantity": 101 }),                          "/max_quantity"),
            (json!({ "ticket_types": {} }),                            "/ticket_types"),
            (json!({ "ticket_types": [{ "name": "a" }, { "name": "a" }] }), "/ticket_types"),
            (json!({ "ticket_types": many }),                          "/ticket_types"),
            (json!({ "ticket_types": [{}] }),                          "/ticket_types/0/name"),
            (json!({ "ticket_types": [{ "name": "a", "seat": 1 }] }),  "/ticket_types/0/seat"),
            (json!({ "ticket_types": [{ "name": "a", "capacity": 0 }] }), "/ticket_types/0/capacity"),
            (json!({ "ticket_types": [{ "name": "a", "price": 7 }] }), "/ticket_types/0/price"),
            (json!({ "ticket_types": [{ "name": "a", "price": { "amount": 1_000_000_000_001_i64, "currency": "EUR" } }] }),
                "/ticket_types/0/price/amount"),
            (json!({ "ticket_types": [{ "name": "a", "price": { "amount": -1, "currency": "EUR" } }] }),
                "/ticket_types/0/price/amount"),
            (json!({ "ticket_types": [{ "name": "a", "price": { "amount": 1, "currency": "eur" } }] }),
                "/ticket_types/0/price/currency"),
            (json!({ "owner": 1 }),                                    "/owner"),
        ];
        for (wrong, pointer) in cases {
            let mut body = json!({ "name": "Cup", "sport": "football" });
            for (name, value) in wrong.as_object().unwrap() {
                body[name] = value.clone();
            }
            assert_eq!(made(body).unwrap_err(), [pointer], "{wrong}");
        }
    }

    #[test]
    fn an_edit_changes_what_it_names() {
        let edit = |body| {
            let mut fields = Body { value: body }.fields().unwrap();
            let edit = changed(&mut fields);
            fields.finish().map(|()| edit).map_err(pointers)
        };
        let found = edit(json!({ "capacity": null, "points": { "win": 2 } })).unwrap();
        assert_eq!((found.capacity, found.max_quantity), (Some(None), None));
        assert_eq!(found.points.map(|points| points.win), Some(2));
        assert!(found.ticket_types.is_none() && found.tie_breakers.is_none());
        let wrong =
            json!({ "name": null, "points": null, "ticket_types": null, "sport": "football" });
        let mut pointers = edit(wrong).unwrap_err();
        pointers.sort();
        assert_eq!(pointers, ["/name", "/points", "/sport", "/ticket_types"]);
    }
}
