-- Results, derived from the entries of each match: for lists and tables, never for rules.
create table results (
    match_id integer not null,
    event_id integer,
    home_team_id integer not null,
    away_team_id integer not null,
    home_score integer not null,
    away_score integer not null,
    verdict text not null,
    body text not null,
    entered_at integer not null,

    constraint results_are_one_a_match primary key (match_id),
    constraint results_match_exists foreign key (match_id) references matches (id) on delete cascade,
    constraint results_verdict_is_known check (verdict in ('home', 'away', 'draw', 'no_result'))
) strict;

create index results_by_event on results (event_id, entered_at, match_id);
create index results_by_home_team on results (home_team_id, match_id);
create index results_by_away_team on results (away_team_id, match_id);
