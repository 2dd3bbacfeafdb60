-- For net run rates.
alter table results
    add column home_runs bigint,
    add column home_balls bigint,
    add column away_runs bigint,
    add column away_balls bigint,
    add column balls_per_over bigint;

comment on column results.home_runs is 'For net run rates, with the four columns after it: runs, and the balls they count as having taken; null where the match counts for none.';
