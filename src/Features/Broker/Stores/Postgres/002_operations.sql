-- What operators do. docs/OUTBOX-TABLE.md says what each column means.

alter table inbox_event
    add column letter         varchar(15) not null default 'none' check (letter in ('none', 'kept', 'stale')),
    add column edited_payload bytea;

alter table outbox_event add column expired_at timestamptz;

-- Handlings whose dead letter is not as they are.
create index inbox_event_letter_due on inbox_event (position)
    where (status = 'dead_letter' and letter <> 'kept') or (status <> 'dead_letter' and letter <> 'none');
create index inbox_event_dead on inbox_event (position) where status = 'dead_letter';
create index outbox_event_expired on outbox_event (expired_at) where expired_at is not null;

create table broker_replay (
    id         varchar(63)  primary key,
    definition text         not null,
    state      varchar(15)  not null check (state in ('planned', 'running', 'paused', 'finished', 'cancelled')),
    cursor_no  bigint       not null default 0,
    given      bigint       not null default 0,
    waiting    bigint       not null default 0,
    next_at    timestamptz  not null default now(),
    why        varchar(1023),
    created_at timestamptz  not null default now(),
    started_at timestamptz,
    ended_at   timestamptz
);

create index broker_replay_running on broker_replay (next_at) where state = 'running';

alter table broker_schema add column upcast text;
alter table broker_epoch add column schemas bigint not null default 0;

-- Who did what: only ever appended to, each entry with the hash of the one before it.
create table broker_audit (
    position bigint      primary key,
    entry    text        not null,
    previous varchar(64) not null,
    hash     varchar(64) not null
);
