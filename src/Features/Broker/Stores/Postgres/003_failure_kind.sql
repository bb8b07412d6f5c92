-- What failed in the last try that failed. docs/OUTBOX-TABLE.md has the words; of rows that are older nobody knows it.

alter table inbox_event add column failure_kind varchar(31);
