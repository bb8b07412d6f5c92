-- The tables that any program may use. docs/OUTBOX-TABLE.md says what each column means.

create table outbox_event (
    id                uuid          primary key default gen_random_uuid(),
    sequence          bigint        not null generated always as identity,
    event_id          varchar(255)  check (event_id <> ''),
    source            varchar(255)  check (source <> ''),
    source_module     varchar(127)  not null default '',
    event_name        varchar(255)  not null check (event_name <> ''),
    aggregate_type    varchar(127)  not null default '',
    aggregate_id      varchar(36)   not null default '',
    ordering_key      varchar(255)  check (ordering_key <> ''),
    payload           bytea,
    payload_encoding  varchar(15)   not null default 'identity' check (payload_encoding in ('identity', 'gzip')),
    schema_version    integer       check (schema_version > 0),
    metadata          json,
    user_id           bigint        not null default 0,
    session_id        varchar(255)  not null default '',
    instance_id       varchar(255)  not null default '',
    schema            varchar(255)  not null default '',
    entity            varchar(255)  not null default '',
    operation         varchar(50)   not null default '',
    status            varchar(63)   not null default 'pending'
                      check (status in ('pending', 'processing', 'processed', 'failed', 'dead_letter')),
    attempt_count     integer       not null default 0,
    last_error        varchar(1023),
    available_at      timestamptz   default now(),
    processed_at      timestamptz,
    created_at        timestamptz   not null default now(),
    updated_at        timestamptz   not null default now(),
    routed_no         bigint,
    no_consumer_since timestamptz,
    constraint outbox_event_source check (coalesce(source, source_module) <> '')
);

-- Two events are the same only when source and id are.
create unique index outbox_event_identity on outbox_event (coalesce(source, source_module), coalesce(event_id, id::text));
create index outbox_event_unrouted on outbox_event (sequence) where status = 'pending' and no_consumer_since is null;
create index outbox_event_no_consumer on outbox_event (no_consumer_since) where no_consumer_since is not null;
create index outbox_event_status on outbox_event (status, available_at);
create index outbox_event_ended on outbox_event (processed_at) where status = 'processed';
create index outbox_event_aggregate on outbox_event (source_module, aggregate_type, aggregate_id);
create index outbox_event_created on outbox_event (created_at, sequence);
create unique index outbox_event_routed on outbox_event (routed_no) where routed_no is not null;

create table inbox_event (
    id              uuid          primary key default gen_random_uuid(),
    position        bigint        not null generated always as identity,
    outbox_event_id uuid          not null references outbox_event (id) on delete cascade,
    consumer_name   varchar(255)  not null check (consumer_name <> ''),
    status          varchar(63)   not null default 'received'
                    check (status in ('received', 'processing', 'processed', 'failed', 'dead_letter', 'skipped')),
    ordering_key    varchar(510),
    attempt_count   integer       not null default 0,
    last_error      varchar(1023),
    available_at    timestamptz   not null default now(),
    leased_by       varchar(255),
    leased_until    timestamptz,
    fencing_token   bigint        not null default 0,
    started_at      timestamptz,
    processed_at    timestamptz,
    created_at      timestamptz   not null default now(),
    updated_at      timestamptz   not null default now(),
    constraint inbox_event_once unique (outbox_event_id, consumer_name)
);

create index inbox_event_due on inbox_event (consumer_name, position) where status in ('received', 'failed');
create index inbox_event_available on inbox_event (available_at) where status in ('received', 'failed');
create index inbox_event_leased on inbox_event (leased_until) where status = 'processing';
create index inbox_event_key on inbox_event (consumer_name, ordering_key, position)
    where ordering_key is not null and status not in ('processed', 'skipped');
create index inbox_event_status on inbox_event (status, consumer_name);

create table integration_link (
    id                 uuid         primary key default gen_random_uuid(),
    source_module      varchar(127) not null check (source_module <> ''),
    source_entity_type varchar(127) not null check (source_entity_type <> ''),
    source_entity_id   varchar(36)  not null check (source_entity_id <> ''),
    target_module      varchar(127) not null check (target_module <> ''),
    target_entity_type varchar(127) not null check (target_entity_type <> ''),
    target_entity_id   varchar(36)  not null check (target_entity_id <> ''),
    link_type          varchar(63)  not null default 'reference'
                       check (link_type in ('reference', 'cascade', 'aggregate_root')),
    metadata           json,
    created_at         timestamptz  not null default now(),
    updated_at         timestamptz  not null default now(),
    constraint integration_link_once unique (
        source_module, source_entity_type, source_entity_id,
        target_module, target_entity_type, target_entity_id, link_type)
);

create index integration_link_source on integration_link (source_module, source_entity_type, source_entity_id, id);
create index integration_link_target on integration_link (target_module, target_entity_type, target_entity_id, id);
create index integration_link_type on integration_link (link_type, id);

create table broker_consumer (
    name         varchar(255)  primary key,
    kind         varchar(15)   not null check (kind in ('handler', 'webhook', 'kafka')),
    pattern      varchar(1023) not null,
    definition   text          not null,
    state        varchar(15)   not null default 'active' check (state in ('active', 'paused', 'off')),
    state_reason varchar(1023),
    probe_at     timestamptz,
    created_at   timestamptz   not null default now(),
    updated_at   timestamptz   not null default now()
);

create table broker_setting (
    slug       varchar(63)   primary key,
    value      varchar(1023) not null,
    updated_by varchar(255)  not null,
    updated_at timestamptz   not null default now()
);

create table broker_schema (
    event_name varchar(255) not null,
    version    integer      not null check (version > 0),
    document   text         not null,
    created_at timestamptz  not null default now(),
    primary key (event_name, version)
);

-- One row. Who changes a consumer, or a setting, counts it up; who routes events holds it.
create table broker_epoch (
    only_row  boolean primary key default true check (only_row),
    consumers bigint  not null default 0,
    settings  bigint  not null default 0,
    routed    bigint  not null default 0
);

insert into broker_epoch default values;

-- Told at commit, once for each transaction, however many rows it wrote.
create function outbox_event_wake() returns trigger language plpgsql as $$
begin
    perform pg_notify(tg_argv[0], '');
    return null;
end $$;
