alter table matches drop column away_agreed;
alter table matches drop column home_agreed;
alter table matches drop column event_is_public;
alter table matches drop column event_id;
drop table registrations;
drop table managers;
drop table events;
