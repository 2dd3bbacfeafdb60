-- Events, their managers, their registrations, and the matches that belong to them.
create table events (
    -- autoincrement: the id of a deleted row, and with it its stream, never comes back
    id integer primary key autoincrement,
    name text not null,
    sport text not null,
    visibility text not null,
    ranking text not null,
    sales text not null,
    created_by integer not null,
    version integer not null default 1,
    created_at integer not null,

    constraint events_creator_exists foreign key (created_by) references users (id),
    constraint events_visibility_is_known check (visibility in ('public', 'private'))
) strict;

create table managers (
    event_id integer not null,
    user_id integer not null,

    constraint managers_are_unique primary key (event_id, user_id),
    constraint managers_event_exists foreign key (event_id) references events (id) on delete cascade,
    constraint managers_user_exists foreign key (user_id) references users (id) on delete cascade
) strict;

create index managers_by_user on managers (user_id);

create table registrations (
    id integer primary key autoincrement,
    event_id integer not null,
    user_id integer,
    team_id integer,
    accepted integer not null,
    deduction integer not null default 0,
    reason text,
    version integer not null default 1,

    constraint registrations_of_users_are_unique unique (event_id, user_id),
    constraint registrations_of_teams_are_unique unique (event_id, team_id),
    constraint registrations_event_exists foreign key (event_id) references events (id) on delete cascade,
    constraint registrations_user_exists foreign key (user_id) references users (id) on delete cascade,
    constraint registrations_team_exists foreign key (team_id) references teams (id) on delete cascade,
    constraint registrations_are_of_one check ((user_id is null) <> (team_id is null))
) strict;

create index registrations_by_user on registrations (user_id);
create index registrations_by_team on registrations (team_id);

alter table matches add column event_id integer references events (id);
alter table matches add column event_is_public integer not null default 1;
alter table matches add column home_agreed integer not null default 1;
alter table matches add column away_agreed integer not null default 1;

create index matches_by_event on matches (event_id, id);
