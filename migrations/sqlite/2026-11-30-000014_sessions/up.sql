-- What a token's validity depends on: its user's generation and its session.
-- This service's tokens of another generation are not valid.
alter table users add column generation integer not null default 1;
-- Identity providers' tokens issued before this are not valid: milliseconds since 1970-01-01 UTC.
alter table users add column tokens_valid_from integer not null default 0;

-- Open sessions.
create table sessions (
    id text not null,
    user_id integer not null,
    created_at integer not null,
    expires_at integer not null,

    constraint sessions_id_is_unique primary key (id),
    constraint sessions_user_exists foreign key (user_id) references users (id) on delete cascade
) strict;

create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);
