drop table results;
