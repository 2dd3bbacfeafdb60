-- Users of identity providers, identified only by issuer and subject.
alter table users alter column email drop not null;

comment on column users.email is 'ASCII letters in lower case; null for users of an identity provider that has verified no address.';

create table identities (
    issuer text not null,
    subject text not null,
    user_id bigint not null,
    created_at bigint not null,

    constraint identities_are_unique primary key (issuer, subject),
    constraint identities_user_exists foreign key (user_id) references users (id) on delete cascade
);

comment on table identities is 'A provider''s subject and the user that was made for it.';

create index identities_by_user on identities (user_id);
