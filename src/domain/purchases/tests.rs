//! The ways of purchases, row by row.

use std::collections::BTreeSet;

use super::*;

fn ticket_type(name: &str, amount: Option<i64>, capacity: Option<i64>) -> TicketType {
    let price = amount.map(|amount| Money { amount, currency: "EUR".to_owned() });
    TicketType { name: name.to_owned(), price, capacity }
}

#[test]
fn purchase_statuses_only_move_forward() {
    let statuses = ["pending", "confirmed", "cancelled", "refunded"];
    #[rustfmt::skip]
    let cases = [
        // from        to: pending confirmed cancelled refunded
        ("pending",       [false,  true,     true,     false]),
        ("confirmed",     [false,  false,    false,    true]),
        ("cancelled",     [false,  false,    false,    false]),
        ("refunded",      [false,  false,    false,    false]),
        ("never heard of",[false,  false,    false,    false]),
    ];
    for (from, expected) in cases {
        let allowed = statuses.map(|to| check_transition(from, to).is_ok());
        assert_eq!(allowed, expected, "{from}");
    }
}

#[test]
fn a_rejected_transition_lists_the_allowed_ones() {
    #[rustfmt::skip]
    let cases = [
        ("pending",   "refunded",  "the purchase is pending: it can be confirmed or cancelled now"),
        ("confirmed", "cancelled", "the purchase is confirmed: it can be refunded now"),
        ("refunded",  "confirmed", "the purchase is refunded, for good"),
    ];
    for (from, to, detail) in cases {
        let rejection = check_transition(from, to).unwrap_err();
        assert_eq!((rejection.code.as_str(), rejection.detail.as_str()), ("wrong-state", detail));
    }
}

#[test]
fn tickets_are_used_once_and_of_confirmed_purchases_only() {
    #[rustfmt::skip]
    let cases = [
        // purchase     ticket   used                   void
        ("pending",     "valid", Some("not-confirmed"), None),
        ("confirmed",   "valid", None,                  None),
        ("confirmed",   "used",  Some("ticket-used"),   Some("ticket-used")),
        ("confirmed",   "void",  Some("ticket-void"),   Some("ticket-void")),
        ("refunded",    "used",  Some("ticket-used"),   Some("ticket-used")),
        ("refunded",    "void",  Some("ticket-void"),   Some("ticket-void")),
        ("cancelled",   "void",  Some("ticket-void"),   Some("ticket-void")),
        ("cancelled",   "valid", Some("not-confirmed"), None),
    ];
    for (purchase, ticket, used, void) in cases {
        let code = |next| check_ticket_transition(purchase, ticket, next).err().map(|no| no.code);
        let results = (code("used"), code("void"));
        let expected = (used.map(str::to_owned), void.map(str::to_owned));
        assert_eq!(results, expected, "a {ticket} ticket of a {purchase} purchase");
    }
}

/// Of the largest sum there is.
const HALF: i64 = number::MAX / 2;

#[test]
fn orders_stay_within_the_limits() {
    let fair = TicketSales {
        capacity: Some(20),
        max_quantity: None,
        ticket_types: vec![
            ticket_type("adult", Some(2500), None),
            ticket_type("child", Some(0), Some(5)),
            ticket_type("guest", None, Some(30)),
        ],
    };
    let open = TicketSales { max_quantity: Some(100), ..TicketSales::default() };
    let gold =
        TicketSales { ticket_types: vec![ticket_type("gold", Some(HALF), None)], ..open.clone() };
    let shrunk = TicketSales { capacity: Some(3), ..TicketSales::default() };
    #[rustfmt::skip]
    let cases = [
        // sells   type     quantity  held of event, of type   cost or problem
        (&fair,    "adult", 2,        (0, 0),    Ok(Some(5000))),
        (&fair,    "adult", 10,       (10, 10),  Ok(Some(25_000))),
        (&fair,    "adult", 10,       (11, 11),  Err("only 9 tickets (adult) are left")),
        (&fair,    "adult", 1,        (20, 20),  Err("no ticket (adult) is left")),
        (&fair,    "adult", 2,        (19, 9),   Err("only 1 ticket (adult) is left")),
        (&fair,    "child", 5,        (0, 0),    Ok(Some(0))),
        (&fair,    "child", 1,        (5, 5),    Err("no ticket (child) is left")),
        (&fair,    "child", 3,        (18, 1),   Err("only 2 tickets (child) are left")),
        (&fair,    "guest", 1,        (19, 19),  Ok(None)),
        (&fair,    "guest", 1,        (20, 0),   Err("no ticket (guest) is left")),
        (&fair,    "adult", 11,       (0, 0),    Err("/quantity: must be a number from 1 to 10")),
        (&fair,    "adult", 0,        (0, 0),    Err("/quantity: must be a number from 1 to 10")),
        (&fair,    "adult", i64::MIN, (0, 0),    Err("/quantity: must be a number from 1 to 10")),
        (&fair,    "Adult", 1,        (0, 0),    Err("/ticket_type: must be one of adult, child, guest")),
        (&open,    "any",   100,      (999, 99), Ok(None)),
        (&open,    "any",   101,      (0, 0),    Err("/quantity: must be a number from 1 to 100")),
        (&gold,    "gold",  2,        (0, 0),    Ok(Some(number::MAX - 1))),
        (&gold,    "gold",  3,        (0, 0),    Err("/quantity: costs too much")),
        (&shrunk,  "any",   1,        (7, 7),    Err("no ticket (any) is left")),
    ];
    for (sales, ticket_type, quantity, (of_event, of_type), expected) in cases {
        let ordered =
            sales.quote(ticket_type, quantity, HeldTickets { in_event: of_event, of_type });
        let amount = ordered.as_ref().map(|cost| cost.as_ref().map(|money| money.amount));
        let found = amount.map_err(|rejection| rejection.detail.as_str());
        assert_eq!(found, expected, "{quantity} of {ticket_type}, {of_event}/{of_type} held");
    }
}

#[test]
fn held_tickets_are_counted_only_where_limited() {
    let sells = |capacity, of_type| TicketSales {
        capacity,
        max_quantity: None,
        ticket_types: vec![ticket_type("adult", None, of_type)],
    };
    assert!(!sells(None, None).is_limited());
    assert!(sells(Some(1), None).is_limited());
    assert!(sells(None, Some(1)).is_limited());
}

#[test]
fn an_offer_shows_the_tighter_remaining_limit() {
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
        // held: adult child   left: in all  adult     child
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
    assert_eq!((offer.left, offer.ticket_types[0].left), (None, None), "no limit is none");
}

#[test]
fn codes_hold_eighty_bits_of_their_own() {
    assert_eq!(encode_code(0), "2222222222222222");
    assert_eq!(encode_code(u128::MAX), "ZZZZZZZZZZZZZZZZ");
    let flipped: BTreeSet<_> = (0..80).map(|bit| encode_code(1 << bit)).collect();
    assert_eq!(flipped.len(), 80, "each bit counts");
    assert!(!flipped.contains(&encode_code(0)));
    let letters: BTreeSet<_> =
        (0..32).flat_map(|bits| encode_code(bits).chars().collect::<Vec<_>>()).collect();
    assert_eq!(letters.len(), 32);
    assert!("0O1I".chars().all(|unclear| !letters.contains(&unclear)));
}

#[test]
fn codes_parse_whatever_the_case() {
    let code = encode_code(0x1234_5678_9abc_def0_1357);
    assert_eq!(parse_code(&code), Some(code.clone()));
    assert_eq!(parse_code(&code.to_lowercase()), Some(code));
    for bad in [
        "",
        "2222",
        "222222222222222O",
        "22222222222222222",
        "2222 222222222222",
        "é2222222222222é",
    ] {
        assert_eq!(parse_code(bad), None, "{bad}");
    }
}
