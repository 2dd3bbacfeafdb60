-- Records without an answer are of no use to an earlier version.
delete from idempotency where entry_number is not null;
alter table idempotency drop column entry_number;
alter table idempotency drop column match_id;
