-- Results, derived from the entries of each match: for lists and tables, never for rules.
create table results (
    match_id bigint not null,
    event_id bigint,
    home_team_id bigint not null,
    away_team_id bigint not null,
    home_score bigint not null,
    away_score bigint not null,
    verdict text not null,
    body text not null,
    entered_at bigint not null,

    constraint results_are_one_a_match primary key (match_id),
    constraint results_match_exists foreign key (match_id) references matches (id) on delete cascade,
    constraint results_verdict_is_known check (verdict in ('home', 'away', 'draw', 'no_result'))
);

create index results_by_event on results (event_id, entered_at, match_id);
create index results_by_home_team on results (home_team_id, match_id);
create index results_by_away_team on results (away_team_id, match_id);

comment on column results.verdict is 'What tables count: a win of home or away, a draw, or no result.';
comment on column results.body is 'The result as readers see it: JSON.';
comment on column results.entered_at is 'When it was entered first, milliseconds since 1970-01-01 UTC: a correction leaves it where it stands.';
