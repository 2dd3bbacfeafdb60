-- Purchases, and the bought tickets.
create table purchases (
    number bigint generated always as identity,
    id text not null,
    event_id bigint not null,
    buyer_id bigint not null,
    ticket_type text not null,
    quantity bigint not null,
    amount bigint,
    currency text,
    status text not null,
    version bigint not null default 1,
    created_at bigint not null,

    constraint purchases_number_is_unique primary key (number),
    constraint purchases_id_is_unique unique (id),
    constraint purchases_event_exists foreign key (event_id) references events (id),
    constraint purchases_buyer_exists foreign key (buyer_id) references users (id),
    constraint purchases_status_is_known check (status in ('pending', 'confirmed', 'cancelled', 'refunded')),
    constraint purchases_price_has_a_currency check ((amount is null) = (currency is null))
);

create index purchases_by_event on purchases (event_id, number);
create index purchases_by_buyer on purchases (buyer_id, number);

create table seats (
    code text not null,
    number bigint not null,
    purchase_id text not null,
    event_id bigint not null,
    ticket_type text not null,
    status text not null,
    used_at bigint,

    constraint seats_code_is_unique primary key (code),
    constraint seats_purchase_exists foreign key (purchase_id) references purchases (id),
    constraint seats_status_is_known check (status in ('valid', 'used', 'void'))
);

create index seats_by_purchase on seats (purchase_id, number);
create index seats_by_event on seats (event_id, ticket_type, status);

comment on column purchases.number is 'For lists; never shown as the id.';
comment on column purchases.amount is 'For all tickets together, in minor units of the currency; null where the event has no prices.';
comment on column purchases.currency is 'ISO 4217';
comment on table seats is 'Tickets as buyers know them; the table of that name holds passes to streams.';
comment on column seats.number is '1, 2, 3 … in its purchase.';
comment on column seats.used_at is 'Milliseconds since 1970-01-01 UTC.';
