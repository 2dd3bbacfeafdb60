alter table matches drop column reason;
drop table stream_states;
delete from settings where name = 'states_filled';
