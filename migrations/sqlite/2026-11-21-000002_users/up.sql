-- Users.
create table users (
    -- autoincrement: the id of a deleted row, and with it its stream, never comes back
    id integer primary key autoincrement,
    email text not null,
    name text not null,
    role text not null,
    disabled integer not null default 0,
    password_hash text,
    version integer not null default 1,
    created_at integer not null,

    constraint users_email_is_unique unique (email),
    constraint users_role_is_known check (role in ('user', 'admin'))
) strict;
