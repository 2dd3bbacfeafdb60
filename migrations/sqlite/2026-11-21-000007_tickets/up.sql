-- Stream tickets: short-lived credentials that open a stream.
create table tickets (
    hash text not null,
    granted text not null,
    expires_at integer not null,

    constraint tickets_hash_is_unique primary key (hash)
) strict;

create index tickets_by_expiry on tickets (expires_at);
