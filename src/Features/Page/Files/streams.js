// The streams that the router reads: how far behind, what is in hand, who has them; and the state of one key.
import { address, get, partOf } from './api.js';
import { h, put } from './dom.js';
import { count, since, t } from './text.js';
import { badge, button, emptyBox, every, facts, field, fill, may, ordering, showCard, table } from './ui.js';

const LOOK = 5000;
const SHARD_CONSUMER = 'hobom:shard-';
const COLUMNS = ['streams.stream', 'streams.owner', 'streams.lag', 'streams.pending', 'streams.length', 'streams.applied', 'nav.letters', 'streams.trouble', 'audit.action'];

const streamAddress = stream => address('streams', { stream });
const known = n => n === null || n === undefined ? t('state.unknown') : count(n);

export function streams(route) {
  const body = h('div.stack');
  const detail = h('div');
  const chosen = route.query.get('stream');
  const look = () => Promise.all([
    fill(body, () => get('/streams'), found => show(found, look)),
    chosen ? fill(detail, () => Promise.all([get('/streams'), get(`/streams/${partOf(chosen)}`)]),
      ([all, one]) => showOne(one, all.streams.find(s => s.stream.stream === chosen)?.shards ?? [])) : null,
  ]);
  look();
  return { title: t('nav.streams'), leave: every(LOOK, look, body), element: h('div.stack', h('h1', t('nav.streams')), body, detail, stateSearch(route)) };
}

function show(found, look) {
  const problem = found.layoutProblem ? h('div.box.bad', found.layoutProblem) : null;
  if (found.streams.length === 0) return [problem, emptyBox(t('streams.none'))];
  return [problem, h('p.soft', t('streams.group', { group: found.group }), ' · ', t('streams.process', { process: found.process })),
    table(t('nav.streams'), COLUMNS, found.streams.map(row => {
      const { stream: s, ownedHere, here } = row;
      return [[h('a', { href: streamAddress(s.stream) }, s.stream), row.paused ? [' ', badge('warn', t('broker.paused'))] : null], owner(s.owner, ownedHere),
        known(s.lag), known(s.pending), count(s.length), here ? count(here.applied) : '–', h('a', { href: '#/letters/list?category=stream' }, count(s.waiting)), trouble(s, here),
        may('operator') ? streamOrder(s.stream, row.paused, look, { kind: 'small' }) : ''];
    }))];
}

const owner = (name, here) => here ? badge('good', t('streams.here')) : name ? h('code', { title: name }, name.slice(0, 12)) : badge('warn', t('streams.nobody'));

const trouble = (stream, here) => [here?.problem ? badge('bad', here.problem) : null, here?.problemSince ? [' ', since(here.problemSince)] : null,
  here?.stalledSince ? badge('warn', t('streams.stalled')) : null, stream?.lost > 0 ? badge('bad', t('streams.lost', { n: stream.lost })) : null,
  here?.alarm ? badge('warn', here.alarm) : null];

/** Pauses one stream in every process, or lets it go on. */
const streamOrder = (name, paused, then, attributes = {}) => {
  const what = paused ? 'resume' : 'pause';
  return button(t(what), ordering(`/streams/${partOf(name)}/${what}`, then, { said: t(`${what}d`, { name }) }), { kind: paused ? 'primary' : '', label: `${t(what)} ${name}`, ...attributes });
};

/** As cards among the flows of the overview. */
export function showStreams(cards, found, look, said) {
  if (found.streams.length === 0) put(said, emptyBox(t('streams.none')));
  for (const row of found.streams) {
    const name = row.stream.stream;
    showCard(cards, 'stream', name, name, card(row), row.paused, () => streamOrder(name, row.paused, look));
  }
}

const card = ({ stream, here, ownedHere, paused, shards }) => [
  h('header', h('h2', h('a', { href: streamAddress(stream.stream) }, stream.stream)),
    paused ? badge('warn', t('broker.paused')) : ownedHere ? badge('good', t('streams.here')) : stream.owner ? badge('good', t('streams.elsewhere')) : badge('warn', t('streams.nobody'))),
  facts([
    [t('streams.lag'), known(stream.lag)], [t('streams.pending'), known(stream.pending)], [t('nav.letters'), h('a', { href: '#/letters/list?category=stream' }, count(stream.waiting))],
    [t('streams.applied'), here ? count(here.applied) : null], shards.length ? [t('streams.shards'), count(shards.length)] : null,
  ]),
  h('p', trouble(stream, here)),
];

function showOne(one, shards) {
  const pendingOf = n => one.consumers.find(c => c.name === `${SHARD_CONSUMER}${n}`)?.pending ?? 0;
  return h('section.card', { 'data-stream': one.stream.stream }, h('h2', one.stream.stream),
    facts([[t('streams.length'), count(one.stream.length)], [t('streams.lag'), known(one.stream.lag)], [t('streams.pending'), known(one.stream.pending)],
      [t('streams.first'), one.stream.firstId], [t('streams.last'), one.stream.lastId]]),
    shards.length ? [h('h3', t('streams.shards')), table(t('streams.shards'), ['streams.shard', 'streams.owner', 'streams.pending', 'streams.applied', 'streams.trouble'],
      shards.map(s => [count(s.shard), owner(s.owner, s.ownedHere), count(pendingOf(s.shard)), s.here ? count(s.here.applied) : '–', trouble(null, s.here)]))] : null,
    h('h3', t('streams.groups')),
    one.groups.length ? table(t('streams.groups'), ['streams.groupname', 'streams.consumers', 'streams.pending', 'streams.lag', 'streams.delivered'],
      one.groups.map(g => [g.name, count(g.consumers), count(g.pending), known(g.lag), g.lastDelivered])) : h('p.soft', t('streams.nogroups')),
    one.consumers.length ? [h('h3', t('streams.consumers')), table(t('streams.consumers'), ['streams.consumer', 'streams.pending', 'streams.idle'],
      one.consumers.map(c => [c.name, count(c.pending), t('unit.s', { n: Math.round(c.idleSeconds) })]))] : null);
}

/** What one key holds: its kind and id are in the address, so it can be passed on. */
function stateSearch(route) {
  const state = h('div', { 'aria-live': 'polite' });
  const kind = h('input', { name: 'kind', required: true, placeholder: 'user', value: route.query.get('kind') ?? '' });
  const id = h('input', { name: 'id', required: true, value: route.query.get('id') ?? '' });
  const ask = () => get(`/state/${partOf(kind.value.trim())}/${partOf(id.value.trim())}`).catch(e => e.status === 404 ? null : Promise.reject(e));
  const look = () => fill(state, ask, found => found === null ? emptyBox(t('streams.nostate')) : [h('p.soft', h('code', found.key)),
    table(found.key, ['streams.field', 'header.value'], Object.entries(found.fields).map(([name, value]) => [h('code', name), value]))]);
  if (kind.value && id.value) look();
  return h('section.card', h('h2', t('streams.state')), h('form.row', { onSubmit: e => {
    e.preventDefault();
    history.replaceState(null, '', address('streams', { ...Object.fromEntries(route.query), kind: kind.value.trim(), id: id.value.trim() }));
    look();
  } }, field(t('streams.kind'), kind), field(t('streams.id'), id), h('button', { type: 'submit', class: 'primary' }, t('show'))), state);
}
