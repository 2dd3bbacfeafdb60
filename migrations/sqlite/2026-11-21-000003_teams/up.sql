-- Teams, their players and their members.
create table teams (
    -- autoincrement: the id of a deleted row, and with it its stream, never comes back
    id integer primary key autoincrement,
    name text not null,
    short_name text not null,
    colour text,
    visibility text not null,
    created_by integer not null,
    version integer not null default 1,
    created_at integer not null,

    constraint teams_creator_exists foreign key (created_by) references users (id),
    constraint teams_visibility_is_known check (visibility in ('public', 'private'))
) strict;

create table players (
    -- autoincrement: the id of a deleted row, and with it its stream, never comes back
    id integer primary key autoincrement,
    team_id integer not null,
    name text not null,
    shirt_number integer,
    version integer not null default 1,

    constraint players_team_exists foreign key (team_id) references teams (id) on delete cascade
) strict;

create index players_by_team on players (team_id, id);

create table members (
    team_id integer not null,
    user_id integer not null,
    role text not null,

    constraint members_are_unique primary key (team_id, user_id),
    constraint members_team_exists foreign key (team_id) references teams (id) on delete cascade,
    constraint members_user_exists foreign key (user_id) references users (id) on delete cascade,
    constraint members_role_is_known check (role in ('manager', 'coach', 'player', 'family'))
) strict;

create index members_by_user on members (user_id);
