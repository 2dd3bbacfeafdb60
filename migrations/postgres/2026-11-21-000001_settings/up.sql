-- Settings of the database itself, and counters that belong to no row.
create table settings (
    name text not null,
    value text not null,

    constraint settings_name_is_unique primary key (name)
);

comment on table settings is 'epoch: the short random word that stands in cursors; rights_version: grows when somebody may have lost a right.';

insert into settings (name, value) values ('rights_version', '1');
