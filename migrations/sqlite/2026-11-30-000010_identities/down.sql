-- With foreign keys on, dropping the users table would delete all rows that refer to it: then this
-- does nothing. (The pragma has no effect within a transaction.)
pragma foreign_keys = off;
create temp table guard (foreign_keys integer check (foreign_keys = 0));
insert into guard select foreign_keys from pragma_foreign_keys;
drop table guard;

drop table identities;

create table users_before as select * from users;
create table users_sequence as select seq from sqlite_sequence where name = 'users';
drop table users;

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

-- A placeholder address that reaches nobody (RFC 2606).
insert into users (id, email, name, role, disabled, password_hash, version, created_at)
select id, coalesce(email, 'user-' || id || '@nowhere.invalid'), name, role, disabled, password_hash, version, created_at
from users_before;
update sqlite_sequence set seq = (select seq from users_sequence) where name = 'users';

drop table users_before;
drop table users_sequence;
