-- Remembered outcomes without a trace of passwords, tickets or keys. Earlier records held unkeyed
-- hashes of bodies with passwords in them, and are deleted.
drop table idempotency;

create table idempotency (
    record_id bytea not null,
    secret_id bytea not null,
    request_hash bytea not null,
    status integer not null,
    answer text,
    sealed_answer bytea,
    etag text,
    told_topic text,
    told_seq bigint,
    created_at bigint not null,

    constraint idempotency_records_are_unique primary key (record_id)
);

create index idempotency_by_age on idempotency (created_at);

comment on column idempotency.record_id is 'SHA-256 of the caller, the path and the key.';
comment on column idempotency.secret_id is 'Which server secret request_hash was made with.';
comment on column idempotency.request_hash is 'HMAC-SHA-256 of the body without its secret fields.';
comment on column idempotency.status is 'The HTTP status answered; 0 for a rejection, which is then the answer.';
comment on column idempotency.answer is 'The body answered: JSON. Null where it is sealed.';
comment on column idempotency.sealed_answer is 'The body answered where it holds a secret: encrypted with the server secret and the key.';
comment on column idempotency.told_topic is 'The stream of the resource, where the write told it something, with its head after the write.';
comment on column idempotency.created_at is 'Milliseconds since 1970-01-01 UTC; forgotten after 48 hours.';
