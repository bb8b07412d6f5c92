// The broker: events by type with their handlings, its consumers; what is dead, replays and schemas in tabs beside them.
import { get } from './api.js';
import { addressOf, eventKind, KINDS } from './brokerParts.js';
import { dead } from './brokerDead.js';
import { event } from './brokerEvent.js';
import { replays } from './brokerReplays.js';
import { schemas } from './brokerSchemas.js';
import { consumersTable } from './consumers.js';
import { h } from './dom.js';
import { count, since, t, word } from './text.js';
import { badge, button, emptyBox, facts, field, fill, select, table, tabs } from './ui.js';

const PAGE = 50;
const STATUSES = ['pending', 'processing', 'completed', 'failed', 'expired'];
const TABS = [['', 'broker.events', events], ['dead', 'broker.deads', dead], ['replays', 'broker.replays', replays], ['schemas', 'broker.schemas', schemas]];

export function broker(route) {
  if (route.path[1] === 'event') return event(route.query.get('source') ?? '', route.query.get('id') ?? '');
  const [id, , build] = TABS.find(([name]) => name === (route.path[1] ?? '')) ?? TABS[0];
  const inner = build(route);
  return { title: t('nav.broker'), leave: inner.leave, element: h('div', {}, h('h1', {}, t('nav.broker')),
    tabs(TABS.map(([name, key]) => [`#/broker${name ? `/${name}` : ''}`, t(key), name === id])), inner.element) };
}

function events(route) {
  const consumers = h('div', { class: 'stack' });
  const events = h('div', {});
  const filter = Object.fromEntries(['type', 'status', 'source', 'id'].map(name => [name, route.query.get(name) ?? '']));
  const set = name => value => {
    filter[name] = value;
    const query = new URLSearchParams(Object.entries(filter).filter(([, v]) => v));
    history.replaceState(null, '', `#/broker${query.size ? `?${query}` : ''}`);
    rows.length = 0;
    lookAtEvents();
  };
  const rows = [];
  const lookAtEvents = cursor => fill(events, () => get('/broker/events', { ...filter, limit: PAGE, cursor }), page => {
    rows.push(...page.events);
    return rows.length === 0 ? emptyBox(t('broker.none'))
      : [h('div', { class: 'scroll' }, table(t('broker.events'), ['broker.type', 'col.id', 'broker.source', 'broker.created', 'col.state', 'broker.consumers'].map(k => t(k)),
        rows.map(e => [h('code', {}, e.type), h('a', { href: addressOf(e) }, e.id), e.source, since(e.created_at), eventKind(e.status),
          e.handlings.length ? h('span', { class: 'badges' }, e.handlings.map(x => badge(KINDS[x.status] ?? 'off', x.consumer_name, word('broker', x.status)))) : '–']), { class: 'wide' })),
      page.next ? button(t('more'), () => lookAtEvents(page.next)) : null];
  });
  const lookAtConsumers = () => fill(consumers, () => Promise.all([get('/broker/stats'), get('/broker/consumers')]), ([all, list]) =>
    [showStats(all), h('h2', {}, t('broker.consumers')), consumersTable(list, all.consumers, lookAtConsumers)]);
  const text = (name, key) => field(t(key), h('input', { value: filter[name], onChange: e => set(name)(e.target.value.trim()) }));
  lookAtConsumers();
  lookAtEvents();
  const timer = setInterval(() => { if (!document.hidden && !consumers.contains(document.activeElement)) lookAtConsumers(); }, 5000);
  return { leave: () => clearInterval(timer), element: h('div', { class: 'stack' }, consumers, h('h2', {}, t('broker.events')),
    h('div', { class: 'filters' }, text('type', 'broker.type'), text('id', 'col.id'), text('source', 'broker.source'),
      field(t('col.state'), select(filter.status, [['', t('filter.any')], ...STATUSES.map(s => [s, word('broker', s)])], set('status')))), events) };
}

const showStats = found => h('div', { class: 'card' }, facts([
  [t('broker.store'), found.provider_stats.provider_type], [t('broker.total'), count(found.provider_stats.total_events)],
  [word('broker', 'pending'), count(found.provider_stats.pending_events)], [word('broker', 'processing'), count(found.provider_stats.processing_events)],
  [word('broker', 'completed'), count(found.provider_stats.completed_events)], [word('broker', 'failed'), count(found.provider_stats.failed_events)],
  [t('broker.noconsumer'), count(found.provider_stats.no_consumer_events)],
  [word('broker', 'expired'), count(found.provider_stats.expired_events)], [t('broker.oldest'), found.oldest_open_at ? since(found.oldest_open_at) : null]]));
