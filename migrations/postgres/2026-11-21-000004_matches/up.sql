-- Matches, their officials, and the accepted commands whose fold a match is.
create table matches (
    id bigint generated always as identity,
    sport text not null,
    format text not null,
    home_team_id bigint not null,
    away_team_id bigint not null,
    starts_at bigint,
    venue text,
    visibility text not null,
    created_by bigint not null,
    version bigint not null default 1,
    status text not null,
    home_score bigint not null default 0,
    away_score bigint not null default 0,
    entry_count bigint not null default 0,
    last_hash text not null default '',
    created_at bigint not null,

    constraint matches_id_is_unique primary key (id),
    constraint matches_home_team_exists foreign key (home_team_id) references teams (id),
    constraint matches_away_team_exists foreign key (away_team_id) references teams (id),
    constraint matches_creator_exists foreign key (created_by) references users (id),
    constraint matches_teams_differ check (home_team_id <> away_team_id),
    constraint matches_visibility_is_known check (visibility in ('public', 'private'))
);

create index matches_by_home_team on matches (home_team_id, id);
create index matches_by_away_team on matches (away_team_id, id);

create table officials (
    match_id bigint not null,
    user_id bigint not null,
    role text not null,

    constraint officials_are_unique primary key (match_id, user_id),
    constraint officials_match_exists foreign key (match_id) references matches (id) on delete cascade,
    constraint officials_user_exists foreign key (user_id) references users (id) on delete cascade,
    constraint officials_role_is_known check (role in ('scorer', 'referee'))
);

create index officials_by_user on officials (user_id);

create table entries (
    match_id bigint not null,
    number bigint not null,
    body text not null,
    hash text not null,

    constraint entries_are_numbered_in_their_match primary key (match_id, number),
    constraint entries_match_exists foreign key (match_id) references matches (id) on delete cascade
);

comment on column matches.format is 'The settings of its sport: JSON.';
comment on column matches.starts_at is 'Milliseconds since 1970-01-01 UTC.';
comment on column matches.version is 'Grows with each edit and each entry: the ETag.';
comment on column matches.status is 'From the fold of its entries, as are the scores: for lists, never for rules.';
comment on column matches.last_hash is 'The hash of the newest entry; empty before the first.';
comment on column entries.number is '1, 2, 3 … in the order they were accepted; never rewritten.';
comment on column entries.body is 'The accepted command: JSON.';
comment on column entries.hash is 'SHA-256 in hex over the hash before, the number and the body, each ended by a line feed.';
