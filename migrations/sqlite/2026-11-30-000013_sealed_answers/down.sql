drop table idempotency;
-- Outcomes of writes with an idempotency key, so that a repeated write has one effect.
create table idempotency (
    user_id integer not null,
    path text not null,
    key text not null,
    body_hash text not null,
    status integer not null,
    answer text not null,
    etag text,
    told_topic text,
    told_seq integer,
    created_at integer not null,

    constraint idempotency_keys_are_unique primary key (user_id, path, key)
) strict;

create index idempotency_by_age on idempotency (created_at);
