-- Purchases, and the bought tickets.
create table purchases (
    number integer primary key autoincrement,
    id text not null,
    event_id integer not null,
    buyer_id integer not null,
    ticket_type text not null,
    quantity integer not null,
    amount integer,
    currency text,
    status text not null,
    version integer not null default 1,
    created_at integer not null,

    constraint purchases_id_is_unique unique (id),
    constraint purchases_event_exists foreign key (event_id) references events (id),
    constraint purchases_buyer_exists foreign key (buyer_id) references users (id),
    constraint purchases_status_is_known check (status in ('pending', 'confirmed', 'cancelled', 'refunded')),
    constraint purchases_price_has_a_currency check ((amount is null) = (currency is null))
) strict;

create index purchases_by_event on purchases (event_id, number);
create index purchases_by_buyer on purchases (buyer_id, number);

create table seats (
    code text not null,
    number integer not null,
    purchase_id text not null,
    event_id integer not null,
    ticket_type text not null,
    status text not null,
    used_at integer,

    constraint seats_code_is_unique primary key (code),
    constraint seats_purchase_exists foreign key (purchase_id) references purchases (id),
    constraint seats_status_is_known check (status in ('valid', 'used', 'void'))
) strict;

create index seats_by_purchase on seats (purchase_id, number);
create index seats_by_event on seats (event_id, ticket_type, status);
