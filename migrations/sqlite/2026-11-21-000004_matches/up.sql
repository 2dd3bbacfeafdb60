-- Matches, their officials, and the accepted commands whose fold a match is.
create table matches (
    -- autoincrement: the id of a deleted row, and with it its stream, never comes back
    id integer primary key autoincrement,
    sport text not null,
    format text not null,
    home_team_id integer not null,
    away_team_id integer not null,
    starts_at integer,
    venue text,
    visibility text not null,
    created_by integer not null,
    version integer not null default 1,
    status text not null,
    home_score integer not null default 0,
    away_score integer not null default 0,
    entry_count integer not null default 0,
    last_hash text not null default '',
    created_at integer not null,

    constraint matches_home_team_exists foreign key (home_team_id) references teams (id),
    constraint matches_away_team_exists foreign key (away_team_id) references teams (id),
    constraint matches_creator_exists foreign key (created_by) references users (id),
    constraint matches_teams_differ check (home_team_id <> away_team_id),
    constraint matches_visibility_is_known check (visibility in ('public', 'private'))
) strict;

create index matches_by_home_team on matches (home_team_id, id);
create index matches_by_away_team on matches (away_team_id, id);

create table officials (
    match_id integer not null,
    user_id integer not null,
    role text not null,

    constraint officials_are_unique primary key (match_id, user_id),
    constraint officials_match_exists foreign key (match_id) references matches (id) on delete cascade,
    constraint officials_user_exists foreign key (user_id) references users (id) on delete cascade,
    constraint officials_role_is_known check (role in ('scorer', 'referee'))
) strict;

create index officials_by_user on officials (user_id);

create table entries (
    match_id integer not null,
    number integer not null,
    body text not null,
    hash text not null,

    constraint entries_are_numbered_in_their_match primary key (match_id, number),
    constraint entries_match_exists foreign key (match_id) references matches (id) on delete cascade
) strict, without rowid;
