drop table audiences;
drop table announcements;
