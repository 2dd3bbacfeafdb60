drop table sessions;
alter table users drop column tokens_valid_from;
alter table users drop column generation;
