-- The messages of matches now carry patches: earlier ones can't be folded, so clients that lack
-- some get a snapshot.
delete from messages where stream_id in (select id from streams where topic like 'match_%');
update streams set pruned_seq = head_seq where topic like 'match_%';
