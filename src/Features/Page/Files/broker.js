// The broker: events by type and how far each consumer is; one event's way through its consumers; why it is not done yet.
import { get, getText, post } from './api.js';
import { h, put } from './dom.js';
import { member, pretty } from './json.js';
import { count, exact, since, t, word } from './text.js';
import { badge, button, doing, emptyBox, errorBox, facts, field, fill, loading, may, select, table, toast } from './ui.js';

const PAGE = 50;
const STATUSES = ['pending', 'processing', 'completed', 'failed'];
const KINDS = { received: 'off', processing: 'busy', failed: 'warn', processed: 'good', dead_letter: 'bad', skipped: 'off', pending: 'off', completed: 'good', active: 'good', paused: 'warn', off: 'bad' };

const partOf = id => encodeURIComponent(id);
const addressOf = e => `#/broker/event?${new URLSearchParams({ source: e.source, id: e.id })}`;
const kind = status => badge(KINDS[status] ?? 'off', word('broker', status));

export function broker(route) {
  if (route.path[1] === 'event') return event(route.query.get('source') ?? '', route.query.get('id') ?? '');
  const stats = h('div', {});
  const consumers = h('div', {});
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
        rows.map(e => [h('code', {}, e.type), h('a', { href: addressOf(e) }, e.id), e.source, since(e.created_at), kind(e.status),
          e.handlings.length ? e.handlings.map(x => badge(KINDS[x.status] ?? 'off', x.consumer_name, word('broker', x.status))) : '–']), { class: 'wide' })),
      page.next ? button(t('more'), () => lookAtEvents(page.next)) : null];
  });
  const lookAtConsumers = () => Promise.all([
    fill(stats, () => get('/broker/stats'), showStats),
    fill(consumers, () => Promise.all([get('/broker/consumers'), get('/broker/stats')]), ([list, all]) => showConsumers(list, all.consumers, lookAtConsumers)),
  ]);
  const text = (name, key) => field(t(key), h('input', { value: filter[name], onChange: e => set(name)(e.target.value.trim()) }));
  lookAtConsumers();
  lookAtEvents();
  const timer = setInterval(() => { if (!document.hidden && !consumers.contains(document.activeElement)) lookAtConsumers(); }, 5000);
  return { title: t('nav.broker'), leave: () => clearInterval(timer), element: h('div', {}, h('h1', {}, t('nav.broker')), stats,
    h('h2', {}, t('broker.consumers')), consumers, h('h2', {}, t('broker.events')),
    h('div', { class: 'filters' }, text('type', 'broker.type'), text('id', 'col.id'), text('source', 'broker.source'),
      field(t('col.state'), select(filter.status, [['', t('filter.any')], ...STATUSES.map(s => [s, word('broker', s)])], set('status')))), events) };
}

const showStats = found => h('div', { class: 'card' }, facts([
  [t('broker.store'), found.provider_stats.provider_type], [t('broker.total'), count(found.provider_stats.total_events)],
  [word('broker', 'pending'), count(found.provider_stats.pending_events)], [word('broker', 'processing'), count(found.provider_stats.processing_events)],
  [word('broker', 'completed'), count(found.provider_stats.completed_events)], [word('broker', 'failed'), count(found.provider_stats.failed_events)],
  [t('broker.noconsumer'), count(found.provider_stats.no_consumer_events)], [t('broker.oldest'), found.oldest_open_at ? since(found.oldest_open_at) : null]]));

function showConsumers(list, counts, look) {
  if (list.length === 0) return emptyBox(t('broker.noconsumers'));
  const act = (name, what) => doing(async () => {
    await post(`/broker/consumers/${partOf(name)}/${what}`);
    toast(t('done'));
    await look();
  });
  return h('div', { class: 'scroll' }, table(t('broker.consumers'), ['broker.consumer', 'broker.pattern', 'broker.kind', 'col.state', 'broker.waiting', 'broker.leased', 'broker.failing', 'broker.dead', 'broker.done', ''].map(k => k && t(k)),
    list.map(c => {
      const n = counts.find(x => x.consumer === c.name) ?? {};
      return [h('strong', {}, c.name), h('code', {}, c.pattern), c.kind, [kind(c.state), c.state_reason ? h('p', { class: 'soft' }, c.state_reason) : null],
        count(n.waiting), count(n.leased), count(n.failed), count(n.dead), count(n.done),
        may('operator') ? c.state === 'active' ? button(t('pause'), act(c.name, 'pause'), { kind: 'small', label: `${t('pause')} ${c.name}` }) : button(t('resume'), act(c.name, 'resume'), { kind: 'small', label: `${t('resume')} ${c.name}` }) : ''];
    }), { class: 'wide' }));
}

function event(source, id) {
  const path = `/broker/events/${partOf(source)}/${partOf(id)}`;
  const body = h('div', {}, loading());
  const why = h('div', {});
  const look = async () => {
    let text;
    try {
      text = await getText(path);
    } catch (e) {
      return void put(body, errorBox(e, look));
    }
    const e = JSON.parse(text);
    put(body, h('header', {}, h('p', {}, h('code', {}, e.type), ' ', kind(e.status))), way(e, look),
      facts([[t('broker.source'), e.source], [t('broker.created'), exact(e.created_at)], [t('broker.available'), e.available_at ? exact(e.available_at) : null],
        [t('broker.key'), e.ordering_key], [t('broker.schema'), e.schema_version], [t('broker.aggregate'), e.aggregate_id ? `${e.aggregate_type} ${e.aggregate_id}` : null],
        [t('broker.completed'), e.completed_at ? exact(e.completed_at) : null]]),
      e.error ? h('div', { class: 'box bad' }, e.error) : null,
      member(text, 'payload') ? h('section', {}, h('h2', {}, t('payload')), h('pre', { class: 'payload', tabindex: '0' }, pretty(member(text, 'payload')))) : null);
    if (may('operator') && e.status !== 'completed') fill(why, () => get(`${path}/explain`), explain);
    else put(why);
  };
  const way = (e, again) => h('section', {}, h('h2', {}, t('broker.way')), h('ol', { class: 'way' },
    h('li', {}, h('strong', {}, t('broker.written')), ' ', h('span', { class: 'soft' }, exact(e.created_at))),
    e.handlings.length === 0 ? h('li', {}, badge('warn', t('broker.noconsumer'))) : e.handlings.map(x => h('li', { class: KINDS[x.status] },
      h('div', {}, h('strong', {}, x.consumer_name), ' ', kind(x.status), ' ', h('span', { class: 'soft' }, t('broker.tries', { n: x.attempt_count }),
        x.available_at ? ` · ${t('broker.next', { time: exact(x.available_at) })}` : '', x.processed_at ? ` · ${exact(x.processed_at)}` : '', x.leased_by ? ` · ${x.leased_by}` : '')),
      x.last_error ? h('p', { class: 'soft' }, x.last_error) : null,
      may('operator') ? h('div', { class: 'actions' }, ['replay', 'discard'].filter(a => a === 'replay' || !['processed', 'skipped'].includes(x.status)).map(a => button(t(`broker.${a}`), doing(async () => {
        await post(`${path}/${a}`, undefined, { consumer: x.consumer_name });
        toast(t('done'));
        await again();
      }), { kind: 'small', label: `${t(`broker.${a}`)} ${x.consumer_name}` }))) : null))));
  look();
  return { title: t('broker.event'), element: h('div', {}, h('p', {}, h('a', { href: '#/broker' }, `‹ ${t('nav.broker')}`)), h('h1', {}, id), why, body) };
}

const explain = found => found.waitsFor === null && found.handlings.every(x => x.waitsFor === 'NoLonger') ? null
  : h('div', { class: 'box warn' }, h('h2', {}, t('broker.why')), found.waitsFor ? h('p', {}, found.waitsFor) : null,
    h('ul', {}, found.handlings.filter(x => x.waitsFor !== 'NoLonger').map(x => h('li', {}, h('strong', {}, x.consumer), ': ', word('waits', x.waitsFor), ' ',
      Object.values(x.detail ?? {}).filter(v => v).map(String).join(', ')))));
