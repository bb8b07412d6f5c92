// The broker: events by type with their handlings, its consumers; what is dead, replays and schemas in tabs beside them.
import { address, get } from './api.js';
import { addressOf, eventKind, KINDS, STATUSES } from './brokerParts.js';
import { dead } from './brokerDead.js';
import { event } from './brokerEvent.js';
import { replays } from './brokerReplays.js';
import { schemas } from './brokerSchemas.js';
import { consumersTable } from './consumers.js';
import { h } from './dom.js';
import { count, since, t, word } from './text.js';
import { badge, choice, emptyBox, every, facts, field, fill, pages, table, tabs } from './ui.js';

const PAGE = 50;
const LOOK = 5000;
const COLUMNS = ['broker.type', 'col.id', 'broker.source', 'broker.created', 'filter.state', 'streams.consumers'];
const TABS = [['', 'broker.events', events], ['dead', 'broker.deads', dead], ['replays', 'broker.replays', replays], ['schemas', 'broker.schemas', schemas]];

export function broker(route) {
  if (route.path[1] === 'event') return event(route.query.get('source') ?? '', route.query.get('id') ?? '');
  const [id, , build] = TABS.find(([name]) => name === (route.path[1] ?? '')) ?? TABS[0];
  const inner = build(route);
  return { title: t('nav.broker'), leave: inner.leave, element: h('div', h('h1', t('nav.broker')),
    tabs(TABS.map(([name, key]) => [`#/broker${name ? `/${name}` : ''}`, t(key), name === id])), inner.element) };
}

function events(route) {
  const consumers = h('div.stack');
  const events = h('div');
  const filter = Object.fromEntries(['type', 'status', 'source', 'id'].map(name => [name, route.query.get(name) ?? '']));
  const set = name => value => {
    filter[name] = value;
    history.replaceState(null, '', address('broker', filter));
    lookAtEvents();
  };
  const row = e => [h('code', e.type), h('a', { href: addressOf(e) }, e.id), e.source, since(e.created_at), eventKind(e.status),
    e.handlings.length ? h('span.badges', e.handlings.map(x => badge(KINDS[x.status] ?? 'off', x.consumer_name, word('broker', x.status)))) : '–'];
  const lookAtEvents = pages(events, cursor => get('/broker/events', { ...filter, limit: PAGE, cursor }), page => page.events,
    rows => table(t('broker.events'), COLUMNS, rows.map(row)), () => emptyBox(t('broker.none')));
  const lookAtConsumers = () => fill(consumers, () => Promise.all([get('/broker/stats'), get('/broker/consumers')]), ([all, list]) =>
    [showStats(all), h('h2', t('streams.consumers')), consumersTable(list, all.consumers, lookAtConsumers)]);
  const text = (name, key) => field(t(key), h('input', { value: filter[name], onChange: e => set(name)(e.target.value.trim()) }));
  lookAtConsumers();
  lookAtEvents();
  return { leave: every(LOOK, lookAtConsumers, consumers), element: h('div.stack', consumers, h('h2', t('broker.events')),
    h('div.filters', text('type', 'broker.type'), text('id', 'col.id'), text('source', 'broker.source'),
      field(t('filter.state'), choice(filter.status, 'broker', STATUSES, set('status')))), events) };
}

const showStats = ({ provider_stats: all, oldest_open_at: oldest }) => h('div.card', facts([
  [t('overview.store'), all.provider_type], [t('broker.events'), count(all.total_events)],
  ...STATUSES.slice(0, 4).map(status => [word('broker', status), count(all[`${status}_events`])]), [t('broker.noconsumer'), count(all.no_consumer_events)],
  [word('broker', 'expired'), count(all.expired_events)], [t('broker.oldest'), oldest ? since(oldest) : null]]));
