-- Users.
create table users (
    id bigint generated always as identity,
    email text not null,
    name text not null,
    role text not null,
    disabled boolean not null default false,
    password_hash text,
    version bigint not null default 1,
    created_at bigint not null,

    constraint users_id_is_unique primary key (id),
    constraint users_email_is_unique unique (email),
    constraint users_role_is_known check (role in ('user', 'admin'))
);

comment on column users.email is 'In lower case.';
comment on column users.password_hash is 'argon2id in PHC form; null for people who sign in elsewhere.';
comment on column users.version is 'Grows with each edit: the ETag.';
comment on column users.created_at is 'Milliseconds since 1970-01-01 UTC, the same number in every supported database.';
