-- The current state of each channel of an event's or a team's stream: what the patches of its
-- messages lead to. A channel without a row has the empty state.
create table stream_states (
    stream_id integer not null,
    channel text not null,
    -- A JSON object.
    state text not null,
    -- While set, the state holds only what is public, although the stream has become private:
    -- milliseconds since 1970-01-01 UTC after which that ends.
    public_until integer,

    constraint stream_states_are_one_per_channel primary key (stream_id, channel),
    constraint stream_states_stream_exists foreign key (stream_id) references streams (id)
) strict, without rowid;

create index stream_states_by_public_until on stream_states (public_until)
where public_until is not null;

-- Why a match is paused, postponed, cancelled or abandoned: derived from its entries.
alter table matches add column reason text;

-- The messages of events, teams and matches now carry patches: earlier ones can't be folded. The
-- states are filled in when the database is opened. With a new epoch all clients start with a snapshot.
delete from messages
where stream_id in (select id from streams where topic not like 'purchase_%');
update streams set pruned_seq = head_seq where topic not like 'purchase_%';
delete from settings where name = 'epoch';
