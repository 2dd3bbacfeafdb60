-- Remembered outcomes without a trace of passwords, tickets or keys. Earlier records held unkeyed
-- hashes of bodies with passwords in them, and are deleted.
drop table idempotency;

create table idempotency (
    -- SHA-256 of the caller, the path and the key.
    record_id blob not null,
    -- Which server secret request_hash was made with.
    secret_id blob not null,
    -- HMAC-SHA-256 of the body without its secret fields.
    request_hash blob not null,
    -- The HTTP status answered; 0 for a rejection, which is then the answer.
    status integer not null,
    -- The body answered: JSON. Null where it is sealed.
    answer text,
    -- The body answered where it holds a secret: encrypted with the server secret and the key.
    sealed_answer blob,
    etag text,
    told_topic text,
    told_seq integer,
    created_at integer not null,

    constraint idempotency_records_are_unique primary key (record_id)
) strict;

create index idempotency_by_age on idempotency (created_at);
