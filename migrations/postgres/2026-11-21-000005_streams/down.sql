drop table messages;
drop table streams;
