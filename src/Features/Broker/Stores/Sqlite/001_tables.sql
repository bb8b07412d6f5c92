-- The tables that any program may use. docs/OUTBOX-TABLE.md says what each column means.
-- Times are text in UTC: 2026-01-31T12:00:00.000000Z.

create table outbox_event (
    sequence          integer primary key autoincrement,
    id                text    not null unique default (
        lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
            || substr('89ab', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    event_id          text    check (length(event_id) between 1 and 255),
    source            text    check (length(source) between 1 and 255),
    source_module     text    not null default '' check (length(source_module) <= 127),
    event_name        text    not null check (length(event_name) between 1 and 255),
    aggregate_type    text    not null default '' check (length(aggregate_type) <= 127),
    aggregate_id      text    not null default '' check (length(aggregate_id) <= 36),
    ordering_key      text    check (length(ordering_key) between 1 and 255),
    payload           blob,
    payload_encoding  text    not null default 'identity' check (payload_encoding in ('identity', 'gzip')),
    schema_version    integer check (schema_version > 0),
    metadata          text    check (metadata is null or json_valid(metadata)),
    user_id           integer not null default 0,
    session_id        text    not null default '' check (length(session_id) <= 255),
    instance_id       text    not null default '' check (length(instance_id) <= 255),
    schema            text    not null default '' check (length(schema) <= 255),
    entity            text    not null default '' check (length(entity) <= 255),
    operation         text    not null default '' check (length(operation) <= 50),
    status            text    not null default 'pending'
                      check (status in ('pending', 'processing', 'processed', 'failed', 'dead_letter')),
    attempt_count     integer not null default 0,
    last_error        text    check (length(last_error) <= 1023),
    available_at      text    default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
                      check (available_at glob '????-??-??T??:??:??*Z'),
    processed_at      text,
    created_at        text    not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
                      check (created_at glob '????-??-??T??:??:??*Z'),
    updated_at        text    not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    routed_no         integer,
    no_consumer_since text,
    check (coalesce(source, source_module) <> '')
);

-- Two events are the same only when source and id are.
create unique index outbox_event_identity on outbox_event (coalesce(source, source_module), coalesce(event_id, id));
create index outbox_event_unrouted on outbox_event (sequence) where status = 'pending' and no_consumer_since is null;
create index outbox_event_no_consumer on outbox_event (no_consumer_since) where no_consumer_since is not null;
create index outbox_event_status on outbox_event (status, available_at);
create index outbox_event_ended on outbox_event (processed_at) where status = 'processed';
create index outbox_event_aggregate on outbox_event (source_module, aggregate_type, aggregate_id);
create index outbox_event_created on outbox_event (created_at, sequence);
create unique index outbox_event_routed on outbox_event (routed_no) where routed_no is not null;

create table inbox_event (
    position        integer primary key autoincrement,
    id              text    not null unique default (
        lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
            || substr('89ab', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    outbox_event_id text    not null references outbox_event (id) on delete cascade,
    consumer_name   text    not null check (length(consumer_name) between 1 and 255),
    status          text    not null default 'received'
                    check (status in ('received', 'processing', 'processed', 'failed', 'dead_letter', 'skipped')),
    ordering_key    text,
    attempt_count   integer not null default 0,
    last_error      text    check (length(last_error) <= 1023),
    available_at    text    not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    leased_by       text,
    leased_until    text,
    fencing_token   integer not null default 0,
    started_at      text,
    processed_at    text,
    created_at      text    not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at      text    not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    unique (outbox_event_id, consumer_name)
);

create index inbox_event_due on inbox_event (consumer_name, position) where status in ('received', 'failed');
create index inbox_event_available on inbox_event (available_at) where status in ('received', 'failed');
create index inbox_event_leased on inbox_event (leased_until) where status = 'processing';
create index inbox_event_key on inbox_event (consumer_name, ordering_key, position)
    where ordering_key is not null and status not in ('processed', 'skipped');
create index inbox_event_status on inbox_event (status, consumer_name);

create table integration_link (
    id                 text primary key not null default (
        lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
            || substr('89ab', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    source_module      text not null check (length(source_module) between 1 and 127),
    source_entity_type text not null check (length(source_entity_type) between 1 and 127),
    source_entity_id   text not null check (length(source_entity_id) between 1 and 36),
    target_module      text not null check (length(target_module) between 1 and 127),
    target_entity_type text not null check (length(target_entity_type) between 1 and 127),
    target_entity_id   text not null check (length(target_entity_id) between 1 and 36),
    link_type          text not null default 'reference' check (link_type in ('reference', 'cascade', 'aggregate_root')),
    metadata           text check (metadata is null or json_valid(metadata)),
    created_at         text not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at         text not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    unique (
        source_module, source_entity_type, source_entity_id,
        target_module, target_entity_type, target_entity_id, link_type)
);

create index integration_link_source on integration_link (source_module, source_entity_type, source_entity_id, id);
create index integration_link_target on integration_link (target_module, target_entity_type, target_entity_id, id);
create index integration_link_type on integration_link (link_type, id);

create table broker_consumer (
    name         text primary key not null,
    kind         text not null check (kind in ('handler', 'webhook', 'kafka')),
    pattern      text not null,
    definition   text not null,
    state        text not null default 'active' check (state in ('active', 'paused', 'off')),
    state_reason text,
    probe_at     text,
    created_at   text not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at   text not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
);

create table broker_setting (
    slug       text primary key not null,
    value      text not null,
    updated_by text not null,
    updated_at text not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
);

create table broker_schema (
    event_name text    not null,
    version    integer not null check (version > 0),
    document   text    not null,
    created_at text    not null default (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    primary key (event_name, version)
);

-- One row. Who changes a consumer, or a setting, counts it up; who routes events holds it.
create table broker_epoch (
    only_row  integer primary key default 1 check (only_row = 1),
    consumers integer not null default 0,
    settings  integer not null default 0,
    routed    integer not null default 0
);

insert into broker_epoch default values;
