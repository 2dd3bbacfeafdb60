//! The fields of an event's body.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use serde_json::Value;

use crate::domain::leaderboard::{Points, TieBreaker};
use crate::domain::purchases;
use crate::domain::purchases::{Money, TicketType};
use crate::http::json_body::FieldReader;
use crate::http::parse;
use crate::sports::SportRules;
use crate::store::mutation::{EventEdit, NewEvent};

/// Kinds of tickets that one event may sell.
const MAX_TICKET_TYPES: usize = 50;

/// Tickets of an event, or of one type.
const CAPACITY: RangeInclusive<i64> = 1..=1_000_000_000;

/// Of one ticket in minor units: 10 000 million, so that any purchase can be summed.
const PRICE: RangeInclusive<i64> = 0..=1_000_000_000_000;

/// Everything an event is made of.
pub fn read_event(fields: &mut FieldReader) -> NewEvent {
    NewEvent {
        name: fields.required("name", parse::name),
        sport: fields.required("sport", parse_sport),
        visibility: fields.optional("visibility", parse::visibility).unwrap_or("public".to_owned()),
        points: fields.nullable_object("points", read_points).flatten().unwrap_or_default(),
        tie_breakers: fields
            .optional("tie_breakers", parse_tie_breakers)
            .unwrap_or_else(default_tie_breakers),
        capacity: fields.optional("capacity", parse::integer_in(CAPACITY)),
        max_quantity: fields
            .optional("max_quantity", parse::integer_in(1..=purchases::MOST_AT_ONCE)),
        ticket_types: read_ticket_types(fields).unwrap_or_default(),
    }
}

/// What of an event is to change. Points are changed as a whole.
pub fn read_event_edit(fields: &mut FieldReader) -> EventEdit {
    let new_points = fields.nullable_object("points", read_points);
    if new_points == Some(None) {
        fields.add_error("points", "must not be null");
    }
    EventEdit {
        name: fields.optional_non_null("name", parse::name),
        visibility: fields.optional_non_null("visibility", parse::visibility),
        points: new_points.flatten(),
        tie_breakers: fields.optional_non_null("tie_breakers", parse_tie_breakers),
        capacity: fields.nullable("capacity", parse::integer_in(CAPACITY)),
        max_quantity: fields
            .nullable("max_quantity", parse::integer_in(1..=purchases::MOST_AT_ONCE)),
        ticket_types: read_ticket_types(fields),
    }
}

fn parse_sport(value: &Value) -> Result<String, String> {
    let code = value.as_str().and_then(SportRules::find).map(|rules| rules.code.to_owned());
    code.ok_or_else(|| "no such sport".to_owned())
}

fn read_points(fields: &mut FieldReader) -> Points {
    let defaults = Points::default();
    let mut read_value =
        |name, usual| fields.optional(name, parse::integer_in(-100..=100)).unwrap_or(usual);
    Points {
        win: read_value("win", defaults.win),
        draw: read_value("draw", defaults.draw),
        loss: read_value("loss", defaults.loss),
        no_result: read_value("no_result", defaults.no_result),
    }
}

/// How tables are ordered unless their event says otherwise.
fn default_tie_breakers() -> Vec<TieBreaker> {
    vec![TieBreaker::Points, TieBreaker::Difference, TieBreaker::For]
}

fn parse_tie_breakers(value: &Value) -> Result<Vec<TieBreaker>, String> {
    let items = value.as_array().filter(|items| (1..=8).contains(&items.len()));
    let items = items.ok_or("must be a list of 1 to 8 words")?;
    let mut parsed = Vec::new();
    for item in items {
        let word = serde_json::from_value(item.clone()).map_err(
            |_| "must be of points, difference, for, head_to_head, wins, net_run_rate, name",
        )?;
        if parsed.contains(&word) {
            return Err("must not name one twice".to_owned());
        }
        parsed.push(word);
    }
    Ok(parsed)
}

fn read_ticket_types(fields: &mut FieldReader) -> Option<Vec<TicketType>> {
    let types = fields.optional_list("ticket_types", MAX_TICKET_TYPES, |item| TicketType {
        name: item.required("name", parse::name),
        price: item.nullable_object("price", read_price).flatten(),
        capacity: item.optional("capacity", parse::integer_in(CAPACITY)),
    })?;
    let mut names = HashSet::new();
    if !types.iter().all(|one| names.insert(&one.name)) {
        fields.add_error("ticket_types", "must have names of their own");
    }
    Some(types)
}

fn read_price(fields: &mut FieldReader) -> Money {
    Money {
        amount: fields.required("amount", parse::integer_in(PRICE)),
        currency: fields.required("currency", parse::currency),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::json_body::JsonBody;
    use crate::problem::Problem;

    fn parsed_event(body: Value) -> Result<NewEvent, Vec<String>> {
        let mut fields = JsonBody { value: body }.fields().unwrap();
        let event = read_event(&mut fields);
        fields.finish().map(|()| event).map_err(pointers)
    }

    fn pointers(problem: Problem) -> Vec<String> {
        let Problem::Rejected(rejection) = problem else { panic!("{problem}") };
        rejection.errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn an_event_needs_a_name_and_a_sport() {
        let event = parsed_event(json!({ "name": "Cup", "sport": "football" })).unwrap();
        assert_eq!(event.visibility, "public");
        assert_eq!(event.points, Points { win: 3, draw: 1, loss: 0, no_result: 1 });
        assert_eq!(event.tie_breakers, default_tie_breakers());
        assert!(event.capacity.is_none() && event.ticket_types.is_empty());
        assert_eq!(parsed_event(json!({})).unwrap_err(), ["/name", "/sport"]);
    }

    #[test]
    fn all_optional_fields_are_read() {
        let event = parsed_event(json!({
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
    fn g10_each_invalid_field_is_reported_with_its_pointer() {
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
            assert_eq!(parsed_event(body).unwrap_err(), [pointer], "{wrong}");
        }
    }

    #[test]
    fn an_edit_changes_only_the_fields_it_names() {
        let edit = |body| {
            let mut fields = JsonBody { value: body }.fields().unwrap();
            let edit = read_event_edit(&mut fields);
            fields.finish().map(|()| edit).map_err(pointers)
        };
        let event_edit = edit(json!({ "capacity": null, "points": { "win": 2 } })).unwrap();
        assert_eq!((event_edit.capacity, event_edit.max_quantity), (Some(None), None));
        assert_eq!(event_edit.points.map(|points| points.win), Some(2));
        assert!(event_edit.ticket_types.is_none() && event_edit.tie_breakers.is_none());
        let wrong =
            json!({ "name": null, "points": null, "ticket_types": null, "sport": "football" });
        let mut pointers = edit(wrong).unwrap_err();
        pointers.sort();
        assert_eq!(pointers, ["/name", "/points", "/sport", "/ticket_types"]);
    }
}
