-- The message log: published messages, in order. Only queries/log.rs appends here.
create table streams (
    id bigint generated always as identity,
    topic text not null,
    head_seq bigint not null default 0,
    pruned_seq bigint not null default 0,

    constraint streams_id_is_unique primary key (id),
    constraint streams_topic_is_unique unique (topic),
    constraint streams_prune_only_what_was_told check (pruned_seq <= head_seq)
);

create table messages (
    stream_id bigint not null,
    seq bigint not null,
    channel text,
    kind text not null,
    label text,
    envelope text not null,
    committed_at bigint not null,

    constraint messages_are_numbered_in_their_stream primary key (stream_id, seq),
    constraint messages_stream_exists foreign key (stream_id) references streams (id)
);

comment on column streams.head_seq is 'The newest seq given out; kept when messages are pruned. Its row is the lock that makes commit order seq order.';
comment on column streams.pruned_seq is 'Everything up to here is no longer kept.';
comment on column messages.label is 'The kind of the incident it tells, for readers who ask for some kinds only.';
comment on column messages.envelope is 'The JSON sent to readers, as sent: a replay is byte for byte.';
comment on column messages.committed_at is 'Milliseconds since 1970-01-01 UTC.';
