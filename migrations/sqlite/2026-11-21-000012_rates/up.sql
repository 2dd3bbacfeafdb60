-- For net run rates: runs, and the balls they count as having taken; null where the match counts for none.
alter table results add column home_runs integer;
alter table results add column home_balls integer;
alter table results add column away_runs integer;
alter table results add column away_balls integer;
alter table results add column balls_per_over integer;
