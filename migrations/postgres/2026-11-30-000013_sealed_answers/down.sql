drop table idempotency;
-- Outcomes of writes with an idempotency key, so that a repeated write has one effect.
create table idempotency (
    user_id bigint not null,
    path text not null,
    key text not null,
    body_hash text not null,
    status integer not null,
    answer text not null,
    etag text,
    told_topic text,
    told_seq bigint,
    created_at bigint not null,

    constraint idempotency_keys_are_unique primary key (user_id, path, key)
);

create index idempotency_by_age on idempotency (created_at);

comment on column idempotency.status is 'The HTTP status answered; 0 for a rejection, which is then the answer.';
comment on column idempotency.answer is 'The body answered: JSON.';
comment on column idempotency.told_topic is 'The stream of the resource, where the write told it something, with its head after the write.';
comment on column idempotency.created_at is 'Milliseconds since 1970-01-01 UTC; forgotten after 48 hours.';
