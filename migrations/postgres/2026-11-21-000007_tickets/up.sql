-- Stream tickets: short-lived credentials that open a stream.
create table tickets (
    hash text not null,
    granted text not null,
    expires_at bigint not null,

    constraint tickets_hash_is_unique primary key (hash)
);

create index tickets_by_expiry on tickets (expires_at);

comment on column tickets.hash is 'Of the text that the reader shows, which is not kept.';
comment on column tickets.granted is 'What it opens, and for whom: JSON.';
comment on column tickets.expires_at is 'Milliseconds since 1970-01-01 UTC.';
