-- Where a match belongs in its competition, and the pitch of its venue: the organiser's texts.
alter table matches add column stage text;
alter table matches add column round text;
alter table matches add column group_name text;
alter table matches add column pitch text;
