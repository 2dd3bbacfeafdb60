-- Announcements, and the teams they address if not the whole event.
create table announcements (
    id bigint generated always as identity,
    event_id bigint not null,
    kind text not null,
    priority text not null,
    title text not null,
    message text not null,
    targeted boolean not null,
    expires_at bigint,
    expired boolean not null default false,
    created_by bigint not null,
    version bigint not null default 1,
    created_at bigint not null,

    constraint announcements_id_is_unique primary key (id),
    constraint announcements_event_exists foreign key (event_id) references events (id) on delete cascade,
    constraint announcements_creator_exists foreign key (created_by) references users (id)
);

create index announcements_by_event on announcements (event_id, id);
create index announcements_by_expiry on announcements (expired, expires_at);

create table audiences (
    announcement_id bigint not null,
    team_id bigint not null,

    constraint audiences_are_unique primary key (announcement_id, team_id),
    constraint audiences_announcement_exists foreign key (announcement_id) references announcements (id) on delete cascade,
    constraint audiences_team_exists foreign key (team_id) references teams (id) on delete cascade
);

create index audiences_by_team on audiences (team_id, announcement_id);

comment on table audiences is 'The teams an announcement is for; none where it is for the whole event.';
comment on column announcements.expires_at is 'Milliseconds since 1970-01-01 UTC.';
comment on column announcements.expired is 'Whether readers have been told that it expired.';
comment on column announcements.version is 'Grows with each edit: the ETag.';
comment on column announcements.targeted is 'Whether it is for its audience alone; a team that goes must not make it everybody''s.';
