-- Teams, their players and their members.
create table teams (
    id bigint generated always as identity,
    name text not null,
    short_name text not null,
    colour text,
    visibility text not null,
    created_by bigint not null,
    version bigint not null default 1,
    created_at bigint not null,

    constraint teams_id_is_unique primary key (id),
    constraint teams_creator_exists foreign key (created_by) references users (id),
    constraint teams_visibility_is_known check (visibility in ('public', 'private'))
);

create table players (
    id bigint generated always as identity,
    team_id bigint not null,
    name text not null,
    shirt_number integer,
    version bigint not null default 1,

    constraint players_id_is_unique primary key (id),
    constraint players_team_exists foreign key (team_id) references teams (id) on delete cascade
);

create index players_by_team on players (team_id, id);

create table members (
    team_id bigint not null,
    user_id bigint not null,
    role text not null,

    constraint members_are_unique primary key (team_id, user_id),
    constraint members_team_exists foreign key (team_id) references teams (id) on delete cascade,
    constraint members_user_exists foreign key (user_id) references users (id) on delete cascade,
    constraint members_role_is_known check (role in ('manager', 'coach', 'player', 'family'))
);

create index members_by_user on members (user_id);

comment on column teams.colour is '#rrggbb';
comment on column teams.version is 'Grows with each edit: the ETag.';
comment on column teams.created_at is 'Milliseconds since 1970-01-01 UTC.';
