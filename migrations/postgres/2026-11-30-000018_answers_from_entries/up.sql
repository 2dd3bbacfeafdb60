-- Answers to accepted commands of a match are not stored: the rules make them again from the entry.
alter table idempotency add column match_id bigint;
alter table idempotency add column entry_number bigint;

comment on column idempotency.entry_number is 'The entry of the match from which the answer is made again; null where it is stored.';
