-- What operators do. docs/OUTBOX-TABLE.md says what each column means.

alter table inbox_event add column letter text not null default 'none' check (letter in ('none', 'kept', 'stale'));
alter table inbox_event add column edited_payload blob;
alter table outbox_event add column expired_at text;

-- Handlings whose dead letter is not as they are.
create index inbox_event_letter_due on inbox_event (position)
    where (status = 'dead_letter' and letter <> 'kept') or (status <> 'dead_letter' and letter <> 'none');
create index inbox_event_dead on inbox_event (position) where status = 'dead_letter';
create index outbox_event_expired on outbox_event (expired_at) where expired_at is not null;

create table broker_replay (
    id         text    primary key not null,
    definition text    not null,
    state      text    not null check (state in ('planned', 'running', 'paused', 'finished', 'cancelled')),
    cursor_no  integer not null default 0,
    given      integer not null default 0,
    waiting    integer not null default 0,
    next_at    text    not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    why        text    check (length(why) <= 1023),
    created_at text    not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    started_at text,
    ended_at   text
);

create index broker_replay_running on broker_replay (next_at) where state = 'running';

alter table broker_schema add column upcast text;
alter table broker_epoch add column schemas integer not null default 0;

-- Who did what: only ever appended to, each entry with the hash of the one before it.
create table broker_audit (
    position integer primary key,
    entry    text    not null,
    previous text    not null,
    hash     text    not null
);
