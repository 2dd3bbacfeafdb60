-- Users of identity providers, identified only by issuer and subject.
-- Their email address may be unknown. SQLite can't drop a "not null", so the table is rebuilt.
-- The store turns foreign keys off while migrations run, and checks them before the commit. With
-- them on, dropping the table would delete all rows that refer to users: then the migration does
-- nothing.
pragma foreign_keys = off;
create temp table guard (foreign_keys integer check (foreign_keys = 0));
insert into guard select foreign_keys from pragma_foreign_keys;
drop table guard;

create table users_before as select * from users;
create table users_sequence as select seq from sqlite_sequence where name = 'users';
drop table users;

create table users (
    -- autoincrement: the id of a deleted row, and with it its stream, never comes back
    id integer primary key autoincrement,
    -- ASCII letters in lower case; null for users whose provider has verified no address
    email text,
    name text not null,
    role text not null,
    disabled integer not null default 0,
    password_hash text,
    version integer not null default 1,
    created_at integer not null,

    constraint users_email_is_unique unique (email),
    constraint users_role_is_known check (role in ('user', 'admin'))
) strict;

insert into users (id, email, name, role, disabled, password_hash, version, created_at)
select id, email, name, role, disabled, password_hash, version, created_at from users_before;
update sqlite_sequence set seq = (select seq from users_sequence) where name = 'users';

drop table users_before;
drop table users_sequence;

-- A provider's subject and the user created for it.
create table identities (
    issuer text not null,
    subject text not null,
    user_id integer not null,
    created_at integer not null,

    constraint identities_are_unique primary key (issuer, subject),
    constraint identities_user_exists foreign key (user_id) references users (id) on delete cascade
) strict;

create index identities_by_user on identities (user_id);
