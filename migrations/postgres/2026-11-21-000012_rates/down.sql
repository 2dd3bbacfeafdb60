alter table results
    drop column balls_per_over,
    drop column away_balls,
    drop column away_runs,
    drop column home_balls,
    drop column home_runs;
