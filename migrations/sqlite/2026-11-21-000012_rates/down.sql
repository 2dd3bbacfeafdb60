alter table results drop column balls_per_over;
alter table results drop column away_balls;
alter table results drop column away_runs;
alter table results drop column home_balls;
alter table results drop column home_runs;
