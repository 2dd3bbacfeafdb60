-- The message log: published messages, in order. Only queries/log.rs appends here.
create table streams (
    -- autoincrement: the id of a deleted row, and with it its stream, never comes back
    id integer primary key autoincrement,
    topic text not null,
    head_seq integer not null default 0,
    pruned_seq integer not null default 0,

    constraint streams_topic_is_unique unique (topic),
    constraint streams_prune_only_what_was_told check (pruned_seq <= head_seq)
) strict;

create table messages (
    stream_id integer not null,
    seq integer not null,
    channel text,
    kind text not null,
    label text,
    envelope text not null,
    committed_at integer not null,

    constraint messages_are_numbered_in_their_stream primary key (stream_id, seq),
    constraint messages_stream_exists foreign key (stream_id) references streams (id)
) strict, without rowid;
