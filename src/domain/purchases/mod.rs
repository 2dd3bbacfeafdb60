//! What tickets an event sells, and the ways of a purchase and its tickets: pure.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::domain::number;
use crate::domain::rejection::Rejection;

/// What an event sells. Without types any is taken, without a price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketSales {
    /// Tickets of all types together; none for no limit.
    pub capacity: Option<i64>,
    /// The most tickets of one purchase.
    pub max_quantity: Option<i64>,
    pub ticket_types: Vec<TicketType>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketType {
    /// `adult`, `child` …
    pub name: String,
    pub price: Option<Money>,
    /// Tickets of this type; none for no limit but the event's.
    pub capacity: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// In minor units (cents).
    pub amount: i64,
    /// ISO 4217: `EUR`
    pub currency: String,
}

/// Tickets of one purchase, where its event doesn't say.
const DEFAULT_MAX_QUANTITY: i64 = 10;

/// Tickets of one purchase, however generous its event is.
pub const MOST_AT_ONCE: i64 = 100;

/// What can be bought of an event now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TicketOffer<'a> {
    /// The most tickets of one purchase.
    pub max_quantity: i64,
    /// Tickets of all types together; none for no limit.
    pub left: Option<i64>,
    /// None at all where any word is a type.
    pub ticket_types: Vec<OfferedTicketType<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfferedTicketType<'a> {
    pub name: &'a str,
    pub price: Option<&'a Money>,
    /// By its own limit and the event's; none for no limit.
    pub left: Option<i64>,
}

/// Where a purchase may go from where it is.
const STATUS_TRANSITIONS: [(&str, &[&str]); 4] = [
    ("pending", &["confirmed", "cancelled"]),
    ("confirmed", &["refunded"]),
    ("cancelled", &[]),
    ("refunded", &[]),
];

/// 32 characters that nobody takes for another: without 0 and O, 1 and I.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Characters of a ticket's code, of 5 bits each: 80 bits can't be guessed, and can be typed.
const CODE_LENGTH: usize = 16;

/// Tickets that are held already: those of purchases that are pending or confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldTickets {
    pub in_event: i64,
    pub of_type: i64,
}

impl TicketSales {
    /// Whether so many tickets of this type can be had, and what they cost together.
    ///
    /// Fails with `invalid-field` where the event never sells that, and with `sold-out` where
    /// there are no longer enough.
    pub fn quote(
        &self,
        ticket_type: &str,
        quantity: i64,
        held: HeldTickets,
    ) -> Result<Option<Money>, Rejection> {
        let offered_type = self.ticket_types.iter().find(|kind| kind.name == ticket_type);
        if offered_type.is_none() && !self.ticket_types.is_empty() {
            let names: Vec<_> = self.ticket_types.iter().map(|kind| kind.name.as_str()).collect();
            let detail = format!("must be one of {}", names.join(", "));
            return Err(Rejection::field("/ticket_type", detail));
        }
        let max_quantity = self.max_quantity_per_purchase();
        if !(1..=max_quantity).contains(&quantity) {
            return Err(Rejection::field(
                "/quantity",
                format!("must be a number from 1 to {max_quantity}"),
            ));
        }
        match self.remaining(offered_type, held) {
            Some(remaining) if quantity > remaining => Err(sold_out(ticket_type, remaining)),
            _ => offered_type
                .and_then(|kind| kind.price.as_ref())
                .map(|price| price.checked_times(quantity))
                .transpose(),
        }
    }

    fn max_quantity_per_purchase(&self) -> i64 {
        self.max_quantity.unwrap_or(DEFAULT_MAX_QUANTITY)
    }

    /// How many can still be had of a type: no limit is none, the tighter of two holds.
    fn remaining(&self, ticket_type: Option<&TicketType>, held: HeldTickets) -> Option<i64> {
        let of_type =
            ticket_type.and_then(|kind| kind.capacity).map(|capacity| capacity - held.of_type);
        let in_event = self.capacity.map(|capacity| capacity - held.in_event);
        let remaining = [of_type, in_event].into_iter().flatten().min();
        remaining.map(|left| left.max(0))
    }

    /// What can be bought now, where so many tickets of each type are held.
    pub fn current_offer(&self, held: &HashMap<String, i64>) -> TicketOffer<'_> {
        let of_event = held.values().sum();
        let offered = self.ticket_types.iter().map(|kind| {
            let TicketType { name, price, .. } = kind;
            let of_type = held.get(name).copied().unwrap_or_default();
            let remaining = self.remaining(Some(kind), HeldTickets { in_event: of_event, of_type });
            OfferedTicketType { name, price: price.as_ref(), left: remaining }
        });
        TicketOffer {
            max_quantity: self.max_quantity_per_purchase(),
            left: self.remaining(None, HeldTickets { in_event: of_event, of_type: 0 }),
            ticket_types: offered.collect(),
        }
    }

    /// Whether the number of tickets that are held matters.
    pub fn is_limited(&self) -> bool {
        self.capacity.is_some() || self.ticket_types.iter().any(|kind| kind.capacity.is_some())
    }
}

fn sold_out(ticket_type: &str, remaining: i64) -> Rejection {
    let detail = match remaining {
        0 => format!("no ticket ({ticket_type}) is left"),
        1 => format!("only 1 ticket ({ticket_type}) is left"),
        _ => format!("only {remaining} tickets ({ticket_type}) are left"),
    };
    Rejection::conflict("sold-out", detail)
}

impl Money {
    /// The price of several.
    fn checked_times(&self, quantity: i64) -> Result<Self, Rejection> {
        let amount = self.amount.checked_mul(quantity).filter(|amount| *amount <= number::MAX);
        let amount = amount.ok_or_else(|| Rejection::field("/quantity", "costs too much"))?;
        Ok(Self { amount, currency: self.currency.clone() })
    }
}

/// Whether a purchase may go from one status to another.
pub fn check_transition(status: &str, next: &str) -> Result<(), Rejection> {
    let (_, allowed) =
        STATUS_TRANSITIONS.into_iter().find(|(from, _)| *from == status).unwrap_or((status, &[]));
    if allowed.contains(&next) {
        return Ok(());
    }
    let detail = if allowed.is_empty() {
        format!("the purchase is {status}, for good")
    } else {
        format!("the purchase is {status}: it can be {} now", allowed.join(" or "))
    };
    Err(Rejection::conflict("wrong-state", detail))
}

/// Whether the tickets of a purchase with this status are given back.
pub fn releases_tickets(status: &str) -> bool {
    matches!(status, "cancelled" | "refunded")
}

/// Whether a ticket of such a purchase may become `used` or `void`.
pub fn check_ticket_transition(purchase: &str, ticket: &str, next: &str) -> Result<(), Rejection> {
    match (ticket, purchase, next) {
        ("used", _, _) => Err(Rejection::conflict("ticket-used", "the ticket has been used")),
        ("void", _, _) => Err(Rejection::conflict("ticket-void", "the ticket is void")),
        (_, "confirmed", _) | (_, _, "void") => Ok(()),
        (_, status, _) => {
            let detail = format!("the purchase is {status}: it must be confirmed first");
            Err(Rejection::conflict("not-confirmed", detail))
        }
    }
}

/// A ticket's code, from bits drawn at random: the lowest 80 of them.
pub fn encode_code(bits: u128) -> String {
    let five = |position: usize| usize::try_from((bits >> (5 * position)) & 31).unwrap_or_default();
    (0..CODE_LENGTH).map(|place| char::from(CODE_ALPHABET[five(place)])).collect()
}

/// The code that somebody has typed, if it can be one.
pub fn parse_code(text: &str) -> Option<String> {
    let code = text.to_ascii_uppercase();
    let is_valid =
        code.len() == CODE_LENGTH && code.bytes().all(|byte| CODE_ALPHABET.contains(&byte));
    is_valid.then_some(code)
}

#[cfg(test)]
mod tests;
