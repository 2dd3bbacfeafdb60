-- Events, their managers, their registrations, and the matches that belong to them.
create table events (
    id bigint generated always as identity,
    name text not null,
    sport text not null,
    visibility text not null,
    ranking text not null,
    sales text not null,
    created_by bigint not null,
    version bigint not null default 1,
    created_at bigint not null,

    constraint events_id_is_unique primary key (id),
    constraint events_creator_exists foreign key (created_by) references users (id),
    constraint events_visibility_is_known check (visibility in ('public', 'private'))
);

create table managers (
    event_id bigint not null,
    user_id bigint not null,

    constraint managers_are_unique primary key (event_id, user_id),
    constraint managers_event_exists foreign key (event_id) references events (id) on delete cascade,
    constraint managers_user_exists foreign key (user_id) references users (id) on delete cascade
);

create index managers_by_user on managers (user_id);

create table registrations (
    id bigint generated always as identity,
    event_id bigint not null,
    user_id bigint,
    team_id bigint,
    accepted boolean not null,
    deduction bigint not null default 0,
    reason text,
    version bigint not null default 1,

    constraint registrations_id_is_unique primary key (id),
    constraint registrations_of_users_are_unique unique (event_id, user_id),
    constraint registrations_of_teams_are_unique unique (event_id, team_id),
    constraint registrations_event_exists foreign key (event_id) references events (id) on delete cascade,
    constraint registrations_user_exists foreign key (user_id) references users (id) on delete cascade,
    constraint registrations_team_exists foreign key (team_id) references teams (id) on delete cascade,
    constraint registrations_are_of_one check ((user_id is null) <> (team_id is null))
);

create index registrations_by_user on registrations (user_id);
create index registrations_by_team on registrations (team_id);

alter table matches add column event_id bigint references events (id);
alter table matches add column event_is_public boolean not null default true;
alter table matches add column home_agreed boolean not null default true;
alter table matches add column away_agreed boolean not null default true;

create index matches_by_event on matches (event_id, id);

comment on column events.ranking is 'Points for a win, draw, loss and no result, and the order of tie-breakers: JSON.';
comment on column events.sales is 'Capacity, the most tickets a purchase may have, and the types of tickets: JSON.';
comment on column events.version is 'Grows with each edit: the ETag.';
comment on column events.created_at is 'Milliseconds since 1970-01-01 UTC.';
comment on column registrations.accepted is 'Whether the team has agreed: until then the event''s people can''t read it, and its streams are told nothing.';
comment on column registrations.deduction is 'Points taken from the team in the table, for the reason beside it.';
comment on column registrations.version is 'Grows with each edit: the ETag.';
comment on column matches.home_agreed is 'Of a match without an event: whether the team has agreed to it; until then its streams are told nothing. In an event its registration says so.';
comment on column matches.away_agreed is 'The same of the other team.';
comment on column matches.event_is_public is 'The visibility of its event, kept here so that readers of a match needn''t look; true without an event.';
