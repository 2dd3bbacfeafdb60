drop table entries;
drop table officials;
drop table matches;
