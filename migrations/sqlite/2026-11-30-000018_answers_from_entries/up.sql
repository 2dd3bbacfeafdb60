-- Answers to accepted commands of a match are not stored: the rules make them again from the entry.
alter table idempotency add column match_id integer;
alter table idempotency add column entry_number integer;
