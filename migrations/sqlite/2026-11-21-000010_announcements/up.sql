-- Announcements, and the teams they address if not the whole event.
create table announcements (
    id integer primary key autoincrement,
    event_id integer not null,
    kind text not null,
    priority text not null,
    title text not null,
    message text not null,
    targeted integer not null,
    expires_at integer,
    expired integer not null default 0,
    created_by integer not null,
    version integer not null default 1,
    created_at integer not null,

    constraint announcements_event_exists foreign key (event_id) references events (id) on delete cascade,
    constraint announcements_creator_exists foreign key (created_by) references users (id)
) strict;

create index announcements_by_event on announcements (event_id, id);
create index announcements_by_expiry on announcements (expired, expires_at);

create table audiences (
    announcement_id integer not null,
    team_id integer not null,

    constraint audiences_are_unique primary key (announcement_id, team_id),
    constraint audiences_announcement_exists foreign key (announcement_id) references announcements (id) on delete cascade,
    constraint audiences_team_exists foreign key (team_id) references teams (id) on delete cascade
) strict;

create index audiences_by_team on audiences (team_id, announcement_id);
