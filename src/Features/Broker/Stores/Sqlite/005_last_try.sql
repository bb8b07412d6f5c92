-- Of a handling in somebody's hands: the last try that it may have was begun. docs/OUTBOX-TABLE.md says why that is noted.

alter table inbox_event add column last_try_began integer not null default 0 check (last_try_began in (0, 1));
