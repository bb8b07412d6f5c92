// The streams that the router reads: how far behind, what is in hand, who has them; and the state of one key.
import { get } from './api.js';
import { h, put } from './dom.js';
import { count, since, t } from './text.js';
import { badge, emptyBox, errorBox, facts, field, fill, table } from './ui.js';

export function streams(route) {
  const body = h('div', {});
  const state = h('div', { 'aria-live': 'polite' });
  const detail = h('div', {});
  const look = () => fill(body, () => get('/streams'), show);
  const open = name => fill(detail, () => get(`/streams/${encodeURIComponent(name)}`), showOne);
  const show = found => found.streams.length === 0 ? emptyBox(t('streams.none'))
    : [found.layoutProblem ? h('div', { class: 'box bad' }, found.layoutProblem) : null,
      h('p', { class: 'soft' }, t('streams.group', { group: found.group }), ' · ', t('streams.process', { process: found.process })),
      h('div', { class: 'scroll' }, table(t('nav.streams'), ['streams.stream', 'streams.owner', 'streams.lag', 'streams.pending', 'streams.length', 'streams.applied', 'overview.dead', 'streams.trouble'].map(k => t(k)),
        found.streams.map(({ stream: s, ownedHere, here }) => [h('a', { href: `#/streams?${new URLSearchParams({ stream: s.stream })}` }, s.stream),
          ownedHere ? badge('good', t('streams.here')) : s.owner ? h('code', {}, s.owner.slice(0, 12)) : badge('warn', t('streams.nobody')),
          s.lag === null ? t('state.unknown') : count(s.lag), s.pending === null ? t('state.unknown') : count(s.pending), count(s.length), here ? count(here.applied) : '–', here ? count(here.deadLetters) : '–',
          [here?.problem ? badge('bad', here.problem) : null, here?.problemSince ? since(here.problemSince) : null, here?.stalledSince ? badge('warn', t('streams.stalled')) : null, s.lost > 0 ? badge('bad', t('streams.lost', { n: s.lost })) : null]]), { class: 'wide' }))];
  const showOne = one => h('section', { class: 'card' }, h('h2', {}, one.stream.stream),
    facts([[t('streams.length'), count(one.stream.length)], [t('streams.first'), one.stream.firstId], [t('streams.last'), one.stream.lastId]]),
    table(t('streams.groups'), ['streams.groupname', 'streams.consumers', 'streams.pending', 'streams.lag', 'streams.delivered'].map(k => t(k)), one.groups.map(g => [g.name, count(g.consumers), count(g.pending), g.lag === null ? t('state.unknown') : count(g.lag), g.lastDelivered])),
    table(t('streams.consumers'), ['streams.consumer', 'streams.pending', 'streams.idle'].map(k => t(k)), one.consumers.map(c => [c.name, count(c.pending), t('unit.s', { n: Math.round(c.idleSeconds) })])));
  const kind = h('input', { name: 'kind', required: true, placeholder: 'user' });
  const id = h('input', { name: 'id', required: true });
  const find = h('form', { class: 'row', onSubmit: async e => {
    e.preventDefault();
    try {
      const found = await get(`/state/${encodeURIComponent(kind.value.trim())}/${encodeURIComponent(id.value.trim())}`);
      put(state, table(found.key, [t('streams.field'), t('header.value')], Object.entries(found.fields).map(([name, value]) => [h('code', {}, name), value])));
    } catch (failure) {
      put(state, failure.status === 404 ? emptyBox(t('streams.nostate')) : errorBox(failure));
    }
  } }, field(t('streams.kind'), kind), field(t('streams.id'), id), h('button', { type: 'submit', class: 'primary' }, t('show')));
  look();
  if (route.query.get('stream')) open(route.query.get('stream'));
  const timer = setInterval(() => { if (!document.hidden && !body.contains(document.activeElement)) look(); }, 5000);
  return { title: t('nav.streams'), leave: () => clearInterval(timer), element: h('div', {}, h('h1', {}, t('nav.streams')), body, detail, h('section', { class: 'card' }, h('h2', {}, t('streams.state')), find, state)) };
}
