//! Events: their fields, and their managers.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use serde_json::{Value, json};

use crate::domain::leaderboard::{Points, TieBreaker};
use crate::domain::permission::Permission;
use crate::domain::purchases::{self, Money, TicketType};
use crate::domain::visibility::Visibility;
use crate::input::{self, FieldReader, Shape};
use crate::sports::SportRules;
use crate::store::mutation::{Mutation, RequestMutation, TextFields};

/// Ticket types per event.
const MAX_TICKET_TYPES: usize = 50;

/// Tickets per event, or per ticket type.
const CAPACITY: RangeInclusive<i64> = 1..=1_000_000_000;

/// Price of one ticket in minor units: up to 10,000 million, so the sum of a purchase can't
/// overflow.
const PRICE: RangeInclusive<i64> = 0..=1_000_000_000_000;

/// Creates an event, managed by its creator.
#[derive(Clone, Debug)]
pub struct CreateEvent(pub NewEvent);

/// The fields of a new event.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub name: String,
    /// A sport's code.
    pub sport: String,
    pub visibility: Visibility,
    pub points: Points,
    pub tie_breakers: Vec<TieBreaker>,
    /// Tickets in total; `None` for no limit.
    pub capacity: Option<i64>,
    /// Tickets per purchase; `None` for the general limit.
    pub max_quantity: Option<i64>,
    pub ticket_types: Vec<TicketType>,
}

impl Mutation for CreateEvent {
    fn permission(&self) -> Permission {
        Permission::CreateEvent
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![("/name", Some(&self.0.name)), ("/sport", Some(&self.0.sport))]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for CreateEvent {
    type Path = ();

    fn read((): Self::Path, fields: &mut FieldReader<'_>) -> Self {
        Self(NewEvent {
            name: fields.required("name", input::name()),
            sport: fields.required("sport", sport()),
            visibility: fields
                .optional("visibility", input::one_of())
                .unwrap_or(Visibility::Public),
            points: fields.nullable_object("points", read_points).flatten().unwrap_or_default(),
            tie_breakers: fields
                .optional("tie_breakers", tie_breakers())
                .unwrap_or_else(default_tie_breakers),
            capacity: fields.optional("capacity", input::integer(CAPACITY)),
            max_quantity: fields
                .optional("max_quantity", input::integer(1..=purchases::MAX_TICKETS_PER_PURCHASE)),
            ticket_types: read_ticket_types(fields).unwrap_or_default(),
        })
    }
}

/// Changes an event.
#[derive(Clone, Debug)]
pub struct EditEvent {
    pub id: i64,
    pub fields: EventEdit,
}

/// `None` leaves a field as it is. Points are replaced as a whole.
#[derive(Clone, Debug, Default)]
pub struct EventEdit {
    pub name: Option<String>,
    pub visibility: Option<Visibility>,
    pub points: Option<Points>,
    pub tie_breakers: Option<Vec<TieBreaker>>,
    pub capacity: Option<Option<i64>>,
    pub max_quantity: Option<Option<i64>>,
    pub ticket_types: Option<Vec<TicketType>>,
}

impl Mutation for EditEvent {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![("/name", self.fields.name.as_ref())]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for EditEvent {
    type Path = i64;

    fn read(id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let points = fields.nullable_object("points", read_points);
        if points == Some(None) {
            fields.add_error::<()>("points", "must not be null");
        }
        let fields = EventEdit {
            name: fields.optional_non_null("name", input::name()),
            visibility: fields.optional_non_null("visibility", input::one_of()),
            points: points.flatten(),
            tie_breakers: fields.optional_non_null("tie_breakers", tie_breakers()),
            capacity: fields.nullable("capacity", input::integer(CAPACITY)),
            max_quantity: fields
                .nullable("max_quantity", input::integer(1..=purchases::MAX_TICKETS_PER_PURCHASE)),
            ticket_types: read_ticket_types(fields),
        };
        Self { id, fields }
    }
}

/// A sport's code.
fn sport() -> impl Shape<String> {
    let parse = |value: &Value| {
        let code = value.as_str().and_then(SportRules::find).map(|rules| rules.code.to_owned());
        code.ok_or_else(|| "no such sport".to_owned())
    };
    input::shape(parse, || json!({ "type": "string" }))
}

fn read_points(fields: &mut FieldReader<'_>) -> Points {
    let defaults = Points::default();
    let mut read =
        |name, default| fields.optional(name, input::integer(-100..=100)).unwrap_or(default);
    Points {
        win: read("win", defaults.win),
        draw: read("draw", defaults.draw),
        loss: read("loss", defaults.loss),
        no_result: read("no_result", defaults.no_result),
    }
}

/// Order of a table unless its event sets another.
fn default_tie_breakers() -> Vec<TieBreaker> {
    vec![TieBreaker::Points, TieBreaker::Difference, TieBreaker::For]
}

/// An array of 1 to 8 distinct tie-breakers.
fn tie_breakers() -> impl Shape<Vec<TieBreaker>> {
    let schema = || {
        json!({
            "type": "array", "minItems": 1, "maxItems": 8, "uniqueItems": true,
            "items": input::one_of::<TieBreaker>().schema(),
        })
    };
    input::shape(parse_tie_breakers, schema)
}

fn parse_tie_breakers(value: &Value) -> Result<Vec<TieBreaker>, String> {
    let items = value.as_array().filter(|items| (1..=8).contains(&items.len()));
    let items = items.ok_or("must be a list of 1 to 8 tie-breakers")?;
    let mut parsed = Vec::new();
    for item in items {
        let tie_breaker = input::one_of::<TieBreaker>().parse(item)?;
        if parsed.contains(&tie_breaker) {
            return Err("must not repeat a tie-breaker".to_owned());
        }
        parsed.push(tie_breaker);
    }
    Ok(parsed)
}

fn read_ticket_types(fields: &mut FieldReader<'_>) -> Option<Vec<TicketType>> {
    let types =
        fields.optional_non_null_list("ticket_types", MAX_TICKET_TYPES, |item| TicketType {
            name: item.required("name", input::name()),
            price: item.nullable_object("price", read_price).flatten(),
            capacity: item.optional("capacity", input::integer(CAPACITY)),
        })?;
    let mut names = HashSet::new();
    if !types.iter().all(|ticket_type| names.insert(&ticket_type.name)) {
        return fields.add_error("ticket_types", "must have different names");
    }
    Some(types)
}

fn read_price(fields: &mut FieldReader<'_>) -> Money {
    Money {
        amount: fields.required("amount", input::integer(PRICE)),
        currency: fields.required("currency", input::currency()),
    }
}

/// Deletes an event that has no matches and no purchases.
#[derive(Clone, Debug)]
pub struct DeleteEvent {
    pub id: i64,
}

impl Mutation for DeleteEvent {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for DeleteEvent {
    type Path = i64;

    fn read(id: Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { id }
    }
}

/// Adds a manager to an event.
#[derive(Clone, Debug)]
pub struct AddManager {
    pub event_id: i64,
    pub user_id: i64,
}

impl Mutation for AddManager {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.event_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for AddManager {
    type Path = i64;

    fn read(event_id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        Self { event_id, user_id: fields.required("user_id", input::id()) }
    }
}

/// Removes a manager from an event.
#[derive(Clone, Debug)]
pub struct RemoveManager {
    pub event_id: i64,
    pub user_id: i64,
}

impl Mutation for RemoveManager {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.event_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for RemoveManager {
    type Path = (i64, i64);

    fn read((event_id, user_id): Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { event_id, user_id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rejection::Rejection;

    fn parsed_event(body: Value) -> Result<NewEvent, Vec<String>> {
        let mut fields = FieldReader::new(&body);
        let CreateEvent(event) = CreateEvent::read((), &mut fields);
        fields.finish().map(|()| event).map_err(pointers)
    }

    fn pointers(rejection: Rejection) -> Vec<String> {
        rejection.errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn an_event_needs_a_name_and_a_sport() {
        let event = parsed_event(json!({ "name": "Cup", "sport": "football" })).unwrap();
        assert_eq!(event.visibility, Visibility::Public);
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
        let too_many: Vec<_> = (0..51).map(|at| json!({ "name": at.to_string() })).collect();
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
            (json!({ "ticket_types": too_many }),                          "/ticket_types"),
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
        for (invalid, pointer) in cases {
            let mut body = json!({ "name": "Cup", "sport": "football" });
            for (name, value) in invalid.as_object().unwrap() {
                body[name] = value.clone();
            }
            assert_eq!(parsed_event(body).unwrap_err(), [pointer], "{invalid}");
        }
    }

    #[test]
    fn an_edit_changes_only_the_fields_it_names() {
        let edit = |body: Value| {
            let mut fields = FieldReader::new(&body);
            let edit = EditEvent::read(1, &mut fields);
            fields.finish().map(|()| edit.fields).map_err(pointers)
        };
        let event_edit = edit(json!({ "capacity": null, "points": { "win": 2 } })).unwrap();
        assert_eq!((event_edit.capacity, event_edit.max_quantity), (Some(None), None));
        assert_eq!(event_edit.points.map(|points| points.win), Some(2));
        assert!(event_edit.ticket_types.is_none() && event_edit.tie_breakers.is_none());
        let invalid =
            json!({ "name": null, "points": null, "ticket_types": null, "sport": "football" });
        let mut pointers = edit(invalid).unwrap_err();
        pointers.sort();
        assert_eq!(pointers, ["/name", "/points", "/sport", "/ticket_types"]);
    }
}
