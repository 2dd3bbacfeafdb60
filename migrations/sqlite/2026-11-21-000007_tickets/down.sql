drop table tickets;
