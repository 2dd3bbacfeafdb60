//! What tickets an event sells, and the ways of a purchase and its tickets: pure.

use std::collections::HashMap;

use serde::Deserialize;
use serde::Serialize;

use crate::domain::number;
use crate::domain::rejection::Rejection;

/// What an event sells. Without types any is taken, without a price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sales {
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
const MAX_QUANTITY: i64 = 10;

/// Tickets of one purchase, however generous its event is.
pub const MOST_AT_ONCE: i64 = 100;

/// What can be bought of an event now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Offer<'a> {
    /// The most tickets of one purchase.
    pub max_quantity: i64,
    /// Tickets of all types together; none for no limit.
    pub left: Option<i64>,
    /// None at all where any word is a type.
    pub ticket_types: Vec<Offered<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Offered<'a> {
    pub name: &'a str,
    pub price: Option<&'a Money>,
    /// By its own limit and the event's; none for no limit.
    pub left: Option<i64>,
}

/// Where a purchase may go from where it is.
const MOVES: [(&str, &[&str]); 4] = [
    ("pending", &["confirmed", "cancelled"]),
    ("confirmed", &["refunded"]),
    ("cancelled", &[]),
    ("refunded", &[]),
];

/// 32 characters that nobody takes for another: without 0 and O, 1 and I.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Characters of a ticket's code, of 5 bits each: 80 bits can't be guessed, and can be typed.
const CODE_LENGTH: usize = 16;

/// Tickets that are held already: those of purchases that are pending or confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub of_event: i64,
    pub of_type: i64,
}

impl Sales {
    /// Whether so many tickets of this type can be had, and what they cost together.
    ///
    /// Fails with `invalid-field` where the event never sells that, and with `sold-out` where
    /// there are no longer enough.
    pub fn order(
        &self,
        ticket_type: &str,
        quantity: i64,
        held: Held,
    ) -> Result<Option<Money>, Rejection> {
        let kind = self.ticket_types.iter().find(|kind| kind.name == ticket_type);
        if kind.is_none() && !self.ticket_types.is_empty() {
            let names: Vec<_> = self.ticket_types.iter().map(|kind| kind.name.as_str()).collect();
            let words = format!("must be one of {}", names.join(", "));
            return Err(Rejection::field("/ticket_type", words));
        }
        let most = self.most();
        if !(1..=most).contains(&quantity) {
            return Err(Rejection::field(
                "/quantity",
                format!("must be a number from 1 to {most}"),
            ));
        }
        match self.left(kind, held) {
            Some(left) if quantity > left => Err(sold_out(ticket_type, left)),
            _ => kind
                .and_then(|kind| kind.price.as_ref())
                .map(|price| price.times(quantity))
                .transpose(),
        }
    }

    fn most(&self) -> i64 {
        self.max_quantity.unwrap_or(MAX_QUANTITY)
    }

    /// How many can still be had of a type: no limit is none, the tighter of two holds.
    fn left(&self, kind: Option<&TicketType>, held: Held) -> Option<i64> {
        let of_type = kind.and_then(|kind| kind.capacity).map(|capacity| capacity - held.of_type);
        let in_all = self.capacity.map(|capacity| capacity - held.of_event);
        let left = [of_type, in_all].into_iter().flatten().min();
        left.map(|left| left.max(0))
    }

    /// What can be bought now, where so many tickets of each type are held.
    pub fn offer(&self, held: &HashMap<String, i64>) -> Offer<'_> {
        let of_event = held.values().sum();
        let offered = self.ticket_types.iter().map(|kind| {
            let TicketType { name, price, .. } = kind;
            let of_type = held.get(name).copied().unwrap_or_default();
            let left = self.left(Some(kind), Held { of_event, of_type });
            Offered { name, price: price.as_ref(), left }
        });
        Offer {
            max_quantity: self.most(),
            left: self.left(None, Held { of_event, of_type: 0 }),
            ticket_types: offered.collect(),
        }
    }

    /// Whether the number of tickets that are held matters.
    pub fn is_limited(&self) -> bool {
        self.capacity.is_some() || self.ticket_types.iter().any(|kind| kind.capacity.is_some())
    }
}

fn sold_out(ticket_type: &str, left: i64) -> Rejection {
    let words = match left {
        0 => format!("no ticket ({ticket_type}) is left"),
        1 => format!("only 1 ticket ({ticket_type}) is left"),
        _ => format!("only {left} tickets ({ticket_type}) are left"),
    };
    Rejection::conflict("sold-out", words)
}

impl Money {
    /// The price of several.
    fn times(&self, quantity: i64) -> Result<Self, Rejection> {
        let amount = self.amount.checked_mul(quantity).filter(|amount| *amount <= number::MAX);
        let amount = amount.ok_or_else(|| Rejection::field("/quantity", "costs too much"))?;
        Ok(Self { amount, currency: self.currency.clone() })
    }
}

/// Whether a purchase may go from one status to another.
pub fn may_become(status: &str, next: &str) -> Result<(), Rejection> {
    let (_, allowed) = MOVES.into_iter().find(|(from, _)| *from == status).unwrap_or((status, &[]));
    if allowed.contains(&next) {
        return Ok(());
    }
    let words = if allowed.is_empty() {
        format!("the purchase is {status}, for good")
    } else {
        format!("the purchase is {status}: it can be {} now", allowed.join(" or "))
    };
    Err(Rejection::conflict("wrong-state", words))
}

/// Whether the tickets of a purchase with this status are given back.
pub fn gives_back(status: &str) -> bool {
    matches!(status, "cancelled" | "refunded")
}

/// Whether a ticket of such a purchase may become `used` or `void`.
pub fn may_ticket_become(purchase: &str, ticket: &str, next: &str) -> Result<(), Rejection> {
    match (ticket, purchase, next) {
        ("used", _, _) => Err(Rejection::conflict("ticket-used", "the ticket has been used")),
        ("void", _, _) => Err(Rejection::conflict("ticket-void", "the ticket is void")),
        (_, "confirmed", _) | (_, _, "void") => Ok(()),
        (_, status, _) => {
            let words = format!("the purchase is {status}: it must be confirmed first");
            Err(Rejection::conflict("not-confirmed", words))
        }
    }
}

/// A ticket's code, from bits drawn at random: the lowest 80 of them.
pub fn code(bits: u128) -> String {
    let five = |place: usize| usize::try_from((bits >> (5 * place)) & 31).unwrap_or_default();
    (0..CODE_LENGTH).map(|place| char::from(ALPHABET[five(place)])).collect()
}

/// The code that somebody has typed, if it can be one.
pub fn read_code(text: &str) -> Option<String> {
    let code = text.to_ascii_uppercase();
    let fine = code.len() == CODE_LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte));
    fine.then_some(code)
}

#[cfg(test)]
mod tests;
