//! Transitions, prices and offers, row by row.

use std::collections::BTreeSet;

use super::*;

fn ticket_type(name: &str, amount: Option<i64>, capacity: Option<i64>) -> TicketType {
    let price = amount.map(|amount| Money { amount, currency: "EUR".to_owned() });
    TicketType { name: name.to_owned(), price, capacity }
}

#[test]
fn purchase_statuses_only_move_forward() {
    use PurchaseStatus::{Cancelled, Confirmed, Pending, Refunded};
    #[rustfmt::skip]
    let cases = [
        // from    to: pending confirmed cancelled refunded
        (Pending,     [false,  true,     true,     false]),
        (Confirmed,   [false,  false,    false,    true]),
        (Cancelled,   [false,  false,    false,    false]),
        (Refunded,    [false,  false,    false,    false]),
    ];
    for (from, expected) in cases {
        let next = [Pending, Confirmed, Cancelled, Refunded];
        let allowed = next.map(|to| from.check_transition(to).is_ok());
        assert_eq!(allowed, expected, "{from}");
    }
}

#[test]
fn a_rejected_transition_lists_the_allowed_ones() {
    use PurchaseStatus::{Cancelled, Confirmed, Pending, Refunded};
    #[rustfmt::skip]
    let cases = [
        (Pending,   Refunded,  "the purchase is pending: it can only be confirmed or cancelled"),
        (Confirmed, Cancelled, "the purchase is confirmed: it can only be refunded"),
        (Refunded,  Confirmed, "the purchase is refunded, which is final"),
    ];
    for (from, to, detail) in cases {
        let rejection = from.check_transition(to).unwrap_err();
        assert_eq!((rejection.code.as_str(), rejection.detail.as_str()), ("wrong-state", detail));
    }
}

#[test]
fn a_ticket_is_used_once_and_only_if_its_purchase_is_confirmed() {
    use PurchaseStatus::{Cancelled, Confirmed, Pending, Refunded};
    use TicketStatus::{Used, Valid, Void};
    #[rustfmt::skip]
    let cases = [
        // purchase  ticket  used                   void
        (Pending,    Valid,  Some("not-confirmed"), None),
        (Confirmed,  Valid,  None,                  None),
        (Confirmed,  Used,   Some("ticket-used"),   Some("ticket-used")),
        (Confirmed,  Void,   Some("ticket-void"),   Some("ticket-void")),
        (Refunded,   Used,   Some("ticket-used"),   Some("ticket-used")),
        (Refunded,   Void,   Some("ticket-void"),   Some("ticket-void")),
        (Cancelled,  Void,   Some("ticket-void"),   Some("ticket-void")),
        (Cancelled,  Valid,  Some("not-confirmed"), None),
    ];
    for (purchase, ticket, used, void) in cases {
        let code =
            |next| ticket.check_transition(next, purchase).err().map(|rejection| rejection.code);
        let results = (code(Used), code(Void));
        let expected = (used.map(str::to_owned), void.map(str::to_owned));
        assert_eq!(results, expected, "a {ticket} ticket of a {purchase} purchase");
    }
}

/// A price of which two tickets still cost a valid total, and three don't.
const HALF_OF_MAX: i64 = number::MAX_INTEGER / 2;

#[test]
fn orders_beyond_a_limit_are_rejected() {
    let limited = TicketSales {
        capacity: Some(20),
        max_quantity: None,
        ticket_types: vec![
            ticket_type("adult", Some(2500), None),
            ticket_type("child", Some(0), Some(5)),
            ticket_type("guest", None, Some(30)),
        ],
    };
    let open = TicketSales { max_quantity: Some(100), ..TicketSales::default() };
    let gold = TicketSales {
        ticket_types: vec![ticket_type("gold", Some(HALF_OF_MAX), None)],
        ..open.clone()
    };
    let shrunk = TicketSales { capacity: Some(3), ..TicketSales::default() };
    #[rustfmt::skip]
    let cases = [
        // sales   type     quantity  held in event, of type   price or rejection
        (&limited, "adult", 2,        (0, 0),    Ok(Some(5000))),
        (&limited, "adult", 10,       (10, 10),  Ok(Some(25_000))),
        (&limited, "adult", 10,       (11, 11),  Err("only 9 tickets (adult) are left")),
        (&limited, "adult", 1,        (20, 20),  Err("no ticket (adult) is left")),
        (&limited, "adult", 2,        (19, 9),   Err("only 1 ticket (adult) is left")),
        (&limited, "child", 5,        (0, 0),    Ok(Some(0))),
        (&limited, "child", 1,        (5, 5),    Err("no ticket (child) is left")),
        (&limited, "child", 3,        (18, 1),   Err("only 2 tickets (child) are left")),
        (&limited, "guest", 1,        (19, 19),  Ok(None)),
        (&limited, "guest", 1,        (20, 0),   Err("no ticket (guest) is left")),
        (&limited, "adult", 11,       (0, 0),    Err("/quantity: must be a number from 1 to 10")),
        (&limited, "adult", 0,        (0, 0),    Err("/quantity: must be a number from 1 to 10")),
        (&limited, "adult", i64::MIN, (0, 0),    Err("/quantity: must be a number from 1 to 10")),
        (&limited, "Adult", 1,        (0, 0),    Err("/ticket_type: must be one of adult, child, guest")),
        (&open,    "any",   100,      (999, 99), Ok(None)),
        (&open,    "any",   101,      (0, 0),    Err("/quantity: must be a number from 1 to 100")),
        (&gold,    "gold",  2,        (0, 0),    Ok(Some(number::MAX_INTEGER - 1))),
        (&gold,    "gold",  3,        (0, 0),    Err("/quantity: the total price is too high")),
        (&shrunk,  "any",   1,        (7, 7),    Err("no ticket (any) is left")),
    ];
    for (sales, ticket_type, quantity, (in_event, of_type), expected) in cases {
        let quote = sales.quote(ticket_type, quantity, HeldTickets { in_event, of_type });
        let amount = quote.as_ref().map(|price| price.as_ref().map(|money| money.amount));
        let result = amount.map_err(|rejection| rejection.detail.as_str());
        assert_eq!(result, expected, "{quantity} of {ticket_type}, {in_event}/{of_type} held");
    }
}

#[test]
fn sales_with_any_capacity_are_limited() {
    let sales = |capacity, of_type| TicketSales {
        capacity,
        max_quantity: None,
        ticket_types: vec![ticket_type("adult", None, of_type)],
    };
    assert!(!sales(None, None).is_limited());
    assert!(sales(Some(1), None).is_limited());
    assert!(sales(None, Some(1)).is_limited());
}

#[test]
fn an_offer_shows_the_lower_of_two_limits() {
    let sales = TicketSales {
        capacity: Some(20),
        max_quantity: None,
        ticket_types: vec![
            ticket_type("adult", Some(2500), None),
            ticket_type("child", None, Some(5)),
        ],
    };
    #[rustfmt::skip]
    let cases = [
        // held: adult child   left: total   adult     child
        ((0,  0),              (Some(20),    Some(20), Some(5))),
        ((3,  4),              (Some(13),    Some(13), Some(1))),
        ((18, 0),              (Some(2),     Some(2),  Some(2))),
        ((16, 4),              (Some(0),     Some(0),  Some(0))),
        ((30, 9),              (Some(0),     Some(0),  Some(0))),
    ];
    for ((adult, child), expected) in cases {
        let held = [("adult".to_owned(), adult), ("child".to_owned(), child)].into();
        let offer = sales.current_offer(&held);
        let [first, second] = offer.ticket_types.as_slice() else { panic!("{offer:?}") };
        assert_eq!((offer.left, first.left, second.left), expected, "{held:?}");
        assert_eq!((first.name, first.price.map(|price| price.amount)), ("adult", Some(2500)));
        assert_eq!(offer.max_quantity, DEFAULT_MAX_QUANTITY);
    }
    let open =
        TicketSales { capacity: None, ticket_types: vec![ticket_type("any", None, None)], ..sales };
    let offer = open.current_offer(&HashMap::from([("any".to_owned(), 7)]));
    assert_eq!((offer.left, offer.ticket_types[0].left), (None, None), "unlimited");
}

#[test]
fn a_code_encodes_eighty_bits_in_unambiguous_characters() {
    assert_eq!(encode_code(0), "2222222222222222");
    assert_eq!(encode_code(u128::MAX), "ZZZZZZZZZZZZZZZZ");
    let flipped: BTreeSet<_> = (0..80).map(|bit| encode_code(1 << bit)).collect();
    assert_eq!(flipped.len(), 80, "each bit changes the code");
    assert!(!flipped.contains(&encode_code(0)));
    let letters: BTreeSet<_> =
        (0..32).flat_map(|bits| encode_code(bits).chars().collect::<Vec<_>>()).collect();
    assert_eq!(letters.len(), 32);
    assert!("0O1I".chars().all(|ambiguous| !letters.contains(&ambiguous)));
}

#[test]
fn codes_parse_in_any_case() {
    let code = encode_code(0x1234_5678_9abc_def0_1357);
    assert_eq!(parse_code(&code), Some(code.clone()));
    assert_eq!(parse_code(&code.to_lowercase()), Some(code));
    for invalid in [
        "",
        "2222",
        "222222222222222O",
        "22222222222222222",
        "2222 222222222222",
        "é2222222222222é",
    ] {
        assert_eq!(parse_code(invalid), None, "{invalid}");
    }
}
