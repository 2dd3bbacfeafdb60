drop table members;
drop table players;
drop table teams;
