alter table matches drop column pitch;
alter table matches drop column group_name;
alter table matches drop column round;
alter table matches drop column stage;
