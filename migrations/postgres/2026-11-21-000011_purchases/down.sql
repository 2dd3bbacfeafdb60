drop table seats;
drop table purchases;
