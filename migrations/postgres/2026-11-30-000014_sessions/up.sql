-- What a token's validity depends on: its user's generation and its session.
alter table users
    add column generation bigint not null default 1,
    add column tokens_valid_from bigint not null default 0;

create table sessions (
    id text not null,
    user_id bigint not null,
    created_at bigint not null,
    expires_at bigint not null,

    constraint sessions_id_is_unique primary key (id),
    constraint sessions_user_exists foreign key (user_id) references users (id) on delete cascade
);

create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

comment on column users.generation is 'Our own tokens of another generation are not valid.';
comment on column users.tokens_valid_from is 'Identity providers'' tokens issued before are not valid: milliseconds since 1970-01-01 UTC.';
comment on table sessions is 'Sign-ins that have not ended.';
