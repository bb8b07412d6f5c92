// What flows, what is stuck, what to do: the neighbours, what expires soon, and a card for each flow.
import { get, ready, settled } from './api.js';
import { consumerCards, consumersNow } from './consumers.js';
import { h, put } from './dom.js';
import { lastFailure } from './groups.js';
import { showStreams } from './streams.js';
import { count, exact, left, since, span, t, word } from './text.js';
import { badge, button, emptyBox, errorBox, every, facts, loading, messageOf, ordering, pastBars, perMinute, showCard, stateBadge, whoAmI } from './ui.js';

const REFRESH = 5000;

export function overview() {
  const [strip, urgent] = [h('section.strip', { 'aria-label': t('overview.neighbours') }), h('div')];
  const cards = h('div.cards', loading());
  const parts = whoAmI().parts;
  const more = [['broker', 'overview.consumers', '#/broker', consumersNow, showConsumers], ['streams', 'overview.streams', '#/streams', () => get('/streams'), showStreams]]
    .filter(([part]) => parts.includes(part)).map(([part, title, href, ask, show]) => ({ part, ask, show, body: h('div.cards', loading()), said: h('div'), title, href }));
  const relay = parts.includes('relay');
  const element = h('div.overview', h('h1', t('nav.overview')), strip, urgent, relay ? cards : null,
    more.map(m => h('section.flows', { 'data-part': m.part, 'aria-label': t(m.title) }, h('h2', h('a', { href: m.href }, t(m.title))), m.said, m.body)));
  let gone = false;
  const look = async () => {
    const asked = more.map(m => settled(m.ask()));
    const [flows, hours, letters, store, ended, health] = await Promise.all(
      [...relay ? [get('/pollers'), get('/pollers/history'), get('/dlq/counts'), get('/dlq/store'), goneNow()] : Array(5).fill(Promise.resolve(null)), ready()].map(settled));
    const found = await Promise.all(asked);
    if (gone) return;
    more.forEach((m, at) => showMore(m, found[at], look));
    if (!relay) return void put(strip, [...aloneStore(found[0]), ...checks(health)].map(chip));
    if (flows.error) return void put(cards, errorBox(flows.error, look));
    put(strip, neighbours(flows.value.items, store, health).map(chip), ended.value ? goneChip(ended.value) : null);
    put(urgent, urgency(letters, store), ended.value?.evicted ? incident(ended.value) : null);
    showCards(cards, flows.value.items, hours.value?.items ?? [], letters.value?.categories ?? null, look);
  };
  look();
  const end = every(REFRESH, look);
  return { title: t('nav.overview'), element, leave: () => { gone = true; end(); } };
}

/** What could not be asked is said above the cards, which stay as they were. */
function showMore({ body, said, show }, { value, error }, look) {
  put(said, error ? errorBox(error, look) : null);
  if (body.querySelector('[aria-busy]')) put(body);
  if (value) show(body, value, look, said);
}

function showConsumers(body, found, look, said) {
  if (found.list.length === 0) put(said, emptyBox(t('broker.noconsumers'), t('broker.noconsumers.more')));
  consumerCards(body, found, look);
}

/** Without the relay there is neither Kafka nor Redis nor a backend: only the store of events. */
const aloneStore = ({ value, error }) => [error
  ? { name: t('overview.store'), kind: 'bad', text: t('state.away'), problem: messageOf(error) }
  : { name: value.stats.provider_stats.provider_type, kind: 'good', text: t('state.ok'), title: t('overview.alone', {
    events: value.stats.provider_stats.total_events, open: value.stats.provider_stats.pending_events + value.stats.provider_stats.processing_events, failed: value.stats.provider_stats.failed_events }) }];

const checks = health => (health.value?.checks ?? []).filter(check => !KNOWN.includes(check.name)).map(check => (
  { name: word('flow', check.name), kind: { ready: 'good', degraded: 'warn' }[check.status] ?? 'bad', text: t(`state.${{ ready: 'ok', degraded: 'look' }[check.status] ?? 'trouble'}`), problem: check.problem }));

const KNOWN = ['dead-letters', 'pollers', 'topics'];

/** [{ name, kind, text, since, problem }] */
function neighbours(flows, store, health) {
  const list = [];
  const circuits = flows.map(f => f.circuit).filter(c => c && c.state !== 'closed');
  const away = flows.filter(f => f.brokerAway && f.category !== 'law');
  list.push(circuits.length || away.length
    ? { name: 'Kafka', kind: 'bad', text: t('state.trouble'), since: circuits[0]?.openSince ?? away[0]?.downSince, problem: circuits[0]?.reason ?? away[0]?.lastProblem }
    : { name: 'Kafka', kind: 'good', text: t('state.ok') });
  list.push(store.error
    ? { name: 'Redis', kind: 'bad', text: t('state.away'), problem: messageOf(store.error) }
    : store.value.problems.length
      ? { name: 'Redis', kind: 'warn', text: t('state.look'), problem: store.value.problems.join('; ') }
      : { name: 'Redis', kind: 'good', text: t('state.ok') });
  for (const backend of [...new Set(flows.map(f => f.backend))]) {
    const down = flows.find(f => f.backend === backend && f.downSince && !f.brokerAway);
    const names = flows.filter(f => f.backend === backend).map(f => word('flow', f.name)).join(', ');
    list.push(down
      ? { name: backend, kind: 'bad', text: t('state.trouble'), since: down.downSince, problem: down.lastProblem, title: names }
      : { name: backend, kind: 'good', text: t('state.ok'), title: names });
  }
  const law = flows.find(f => f.category === 'law');
  if (law) list.push(law.brokerAway ? { name: 'LLM', kind: 'bad', text: t('state.away'), since: law.downSince, problem: law.lastProblem } : { name: 'LLM', kind: 'good', text: t('state.ok') });
  list.push(...checks(health));
  return list;
}

const chip = one => h('div', { class: `chip ${one.kind}` },
  h('div', h('strong', one.name), ' ', badge(one.kind, one.text), one.since ? [' ', h('span.soft', t('since'), ' ', since(one.since))] : null),
  one.title ? h('p.soft', one.title) : null,
  one.problem ? h('p.soft', one.problem) : null);

const GONE_FOR = 30_000;
let goneAsked = { at: 0, answer: null };

/** The tombstones are counted one by one: not at every look. */
function goneNow() {
  if (Date.now() - goneAsked.at > GONE_FOR) goneAsked = { at: Date.now(), answer: get('/dlq/tombstones/counts') };
  return goneAsked.answer;
}

/** To expire is a fact and to be evicted an incident. */
const goneChip = ended => h('a', { href: '#/gone', class: `chip gone ${ended.evicted ? 'bad' : ''}` },
  h('strong', t('nav.gone')), ' ', h('span.soft', t('gone.day')),
  h('p', ['expired', 'evicted', 'removed', 'discarded'].filter(why => ended[why] > 0).map(why => badge(why === 'evicted' ? 'bad' : 'off', `${word('end', why)} ${count(ended[why])}${ended.more ? '+' : ''}`)),
    ended.expired + ended.evicted + ended.removed + ended.discarded === 0 ? t('gone.none.day') : null));

const incident = ended => h('div.box.bad', { role: 'alert' }, badge('bad', t('gone.evicted', { n: ended.evicted })), ' ', h('a', { href: '#/gone?why=evicted' }, t('show')));

function urgency(letters, store) {
  if (letters.error) return errorBox(letters.error);
  const all = letters.value.categories;
  const sum = name => all.reduce((n, c) => n + c[name], 0);
  const boxes = [];
  if (store.value?.evictedKeys > 0) boxes.push(h('div.box.bad', t('overview.evicted', { n: store.value.evictedKeys })));
  if (sum('urgent') > 0) {
    boxes.push(h('div.box.bad.urgency', h('strong', t('overview.urgent', { n: sum('urgent') })), ' ',
      h('a', { href: '#/letters/list?expiresWithin=6h' }, t('overview.urgent.show'))));
  }
  if (sum('unsettled') > 0) {
    boxes.push(h('div.box.warn', t('overview.unsettled', { n: sum('unsettled') }), ' ',
      h('a', { href: '#/letters/list?state=unknown' }, t('show'))));
  }
  if (letters.value.total === 0) boxes.push(h('div.box.good', badge('good', t('letters.none')), h('p', lastFailure(letters.value))));
  return boxes;
}

/** Cards stay where they are and their buttons keep the focus: only what is in them changes. */
function showCards(cards, flows, hours, categories, look) {
  for (const flow of flows) {
    if (!cards.querySelector('[data-flow]')) put(cards);
    const paused = flow.pausedBy !== null;
    showCard(cards, 'flow', flow.name, word('flow', flow.name),
      content(flow, hours.find(hour => hour.name === flow.name), categories?.find(c => c.category === flow.category), categories),
      paused, () => actions(flow, paused, look));
  }
}

function content(flow, past, letters, categories) {
  return [
    h('header', h('h2', word('flow', flow.name)), stateBadge('poller', flow.state)),
    h('p.soft.path', [flow.backend, flow.category === 'law' ? 'LLM' : flow.topic].filter(x => x).join(' → ')),
    flow.pausedBy ? h('p.soft', t('paused.by', { name: flow.pausedBy }), ' ', since(flow.pausedSince)) : null,
    flow.heldBy ? h('p.soft', t('held.by', { name: flow.heldBy })) : null,
    pastBars(past, ['delivered', 'deadLettered'], 'bars.flow'),
    facts([
      flow.shards ? [t('streams.shards'), t('overview.shards', { held: flow.shards.held.length, all: flow.shards.count })] : null,
      [t('overview.rate'), perMinute(past?.delivered)],
      [t('overview.pending'), flow.lastVisit ? `${count(flow.lastVisit.leftPending)}${flow.lagSeconds ? ` · ${t('overview.lag', { time: span(flow.lagSeconds) })}` : ''}` : '–'],
      [t('nav.letters'), categories === null ? t('state.unknown') : h('a', { href: `#/letters?category=${flow.category}` }, count(letters?.count ?? 0))],
      letters?.oldest ? [t('overview.oldest'), since(letters.oldest)] : null,
      letters?.nextExpiry ? [t('overview.expiry'), left(letters.nextExpiry)] : null,
      flow.lastVisit ? [t('overview.visit'), since(flow.lastVisit.at)] : null,
    ]),
    flow.downSince ? h('p.box.bad', { title: exact(flow.downSince) }, flow.lastProblem) : null,
  ];
}

function actions(flow, paused, look) {
  const act = (path, said) => ordering(`/pollers/${flow.name}/${path}`, look, { said: t(said, { name: word('flow', flow.name) }) });
  return [
    paused ? button(t('resume'), act('resume', 'resumed'), { kind: 'primary' }) : button(t('pause'), act('pause', 'paused')),
    button(t('poll.now'), act('poll', 'polled'), { disabled: paused }),
  ];
}
