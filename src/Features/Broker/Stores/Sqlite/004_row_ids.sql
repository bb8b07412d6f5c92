-- inbox_event refers to a row by its id, as the processor writes it: a UUID as text in lower case. Some libraries write one in
-- capitals, or as bytes, and one such row kept all others from being given out.

-- Of a row that is there already the event keeps the id that it was written under, and the row gets one.
update outbox_event set
    event_id = case when typeof(id) = 'text' and length(id) between 1 and 255 then coalesce(event_id, id) else event_id end,
    id = lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89ab', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))
where not (typeof(id) = 'text' and id glob '????????-????-????-????-????????????' and id not glob '*[^0-9a-f-]*'
        and length(replace(id, '-', '')) = 32)
    and id not in (select outbox_event_id from inbox_event);

create trigger outbox_event_id_new before insert on outbox_event
when not (typeof(new.id) = 'text' and new.id glob '????????-????-????-????-????????????' and new.id not glob '*[^0-9a-f-]*'
    and length(replace(new.id, '-', '')) = 32)
begin
    select raise(abort, 'outbox_event.id is a UUID as text in lower case; leave it out, and write an id of your own as event_id');
end;

create trigger outbox_event_id_changed before update of id on outbox_event
when not (typeof(new.id) = 'text' and new.id glob '????????-????-????-????-????????????' and new.id not glob '*[^0-9a-f-]*'
    and length(replace(new.id, '-', '')) = 32)
begin
    select raise(abort, 'outbox_event.id is a UUID as text in lower case; leave it out, and write an id of your own as event_id');
end;
