drop table identities;

-- A placeholder address that reaches nobody (RFC 2606).
update users set email = 'user-' || id || '@nowhere.invalid' where email is null;
alter table users alter column email set not null;
comment on column users.email is 'In lower case.';
