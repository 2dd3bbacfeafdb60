drop table sessions;
alter table users
    drop column tokens_valid_from,
    drop column generation;
