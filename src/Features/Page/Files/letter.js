// One letter: why it failed, in a sentence; what it holds; what was tried and by whom; what can be done.
import { act } from './actions.js';
import { address, get, getText, post, postText } from './api.js';
import { h, put } from './dom.js';
import { member } from './json.js';
import { neighboursOf } from './list.js';
import { payloadView } from './payload.js';
import { around } from './related.js';
import { bytes, count, exact, left, now, since, span, t, took, word } from './text.js';
import { badge, button, copyButton, emptyBox, errorBox, facts, loading, may, messageOf, stateBadge, table, tellError, toast } from './ui.js';

const LOOK = 10_000;
/** Categories of letters that do not end in Kafka. */
const BEYOND = ['law', 'stream', 'broker'];

export function letter(route) {
  const key = route.query.get('key') ?? '';
  const [head, tail] = [h('div.through', loading()), h('div.through')];
  const element = h('article.letter', head);
  const beyond = around(key);
  const holds = payloadView(async reason => heldBy(await postText('/dlq/-/unmask', { reason }, { key })));
  let current = null;
  let busy = false;
  let over = false;
  let text = '';
  // Of a letter that is gone: undefined until it was looked for, null where there is none. One that is there stays as it is.
  let stone;

  const look = async () => {
    try {
      const fresh = await getText('/dlq/-', { key, masked: true });
      if (over) return;
      const found = JSON.parse(fresh);
      stone = undefined;
      // What counts down by itself is no change.
      const marks = JSON.stringify({ ...found.letter, secondsLeft: 0 });
      if (marks !== text) {
        [current, text] = [found, marks];
        if (!tail.isConnected) put(element, head, holds.element, tail);
        put(head, above());
        put(tail, below());
      }
      holds.show(heldBy(fresh));
      beyond.look(current.letter);
    } catch (e) {
      if (over) return;
      if (e.status !== 404) {
        [text, stone] = ['', undefined];
        return void put(element, errorBox(e, look));
      }
      if (stone?.key) return;
      const found = await stoneOf(key, stone === null).catch(error => ({ error }));
      if (over || (stone !== undefined && JSON.stringify(found) === JSON.stringify(stone))) return;
      [current, text, stone] = [null, '', found];
      put(element, stone?.error ? [h('h1', key), errorBox(stone.error, look)] : goneView(key, stone));
    }
  };

  const run = (path, query, said) => async () => {
    if (busy) return;
    busy = true;
    for (const one of element.querySelectorAll('.do button')) one.disabled = true;
    const answer = element.querySelector('.answer');
    put(answer, badge('busy', t('replaying')));
    try {
      const done = await post(path, undefined, { key, ...query });
      if (done.message?.includes('under way')) {
        put(answer, badge('busy', done.message));
        await new Promise(wait => setTimeout(wait, 2000));
        await look();
      } else {
        toast(t(said, { id: current.letter.id }));
        put(element, h('h1', current.letter.id), h('div.box.good', { 'data-outcome': 'delivered' }, badge('good', t(said, { id: current.letter.id })),
          current.letter.topic ? h('p', t('letter.delivered', { topic: current.letter.topic, key: current.letter.recordKey })) : null), beside(key));
        current = null;
        text = '';
        over = true;
        element.querySelector('a')?.focus();
      }
    } catch (e) {
      const held = e.answer?.heldBy ? ` ${t('letter.heldby', { name: e.answer.heldBy, time: exact(e.answer.heldSince) })}` : '';
      if (e.status === 404) await look();
      else {
        await look();
        put(element.querySelector('.answer') ?? element, h('div.box.bad', { role: 'alert', 'data-outcome': e.status }, h('strong', t('replay.not')), ' ', messageOf(e), held));
      }
    } finally {
      busy = false;
      for (const one of element.querySelectorAll('.do button')) one.disabled = false;
    }
  };

  const above = () => {
    const { letter: l } = current;
    return [
      h('p', h('a', { href: '#/letters/list' }, `‹ ${t('letters.list')}`)),
      h('header', h('h1', l.id || key), copyButton(l.id || key), stateBadge('letter', l.state), left(l.discarded ? l.discarded.until : l.expiresAt)),
      h('p.story', story(l)),
      may('operator') ? null : h('p.box', badge('off', t('masked'))),
      advice(l),
      beyond.checks,
      may('operator') ? h('div.do', orders(l)) : null,
      h('div.answer', { 'aria-live': 'polite' }),
      beside(key),
      facts([
        [t('filter.category'), word('category', l.category)], [t('letter.type'), l.eventType], [t('letter.stage'), word('stage', l.stage)],
        [t('filter.class'), l.class ? word('class', l.class) : null], [t('letter.topic'), l.topic], [t('letter.key'), l.recordKey],
        [t('letter.first'), exact(l.firstFailedAt)], [t('letter.last'), exact(l.lastFailedAt)],
        [t('letter.group'), h('a', { href: `#/letters/list?group=${l.group}` }, l.group)], [t('col.size'), bytes(l.payloadBytes)],
        [t('letter.hash'), l.payloadSha256 ? h('code', l.payloadSha256) : null],
        [t('letter.trace'), l.traceUrl ? h('a', { href: l.traceUrl, target: '_blank', rel: 'noopener noreferrer' }, t('show')) : null],
      ]),
    ];
  };

  const below = () => {
    const { letter: l } = current;
    return [l.edit ? h('p.soft', t('edited.by', { name: l.edit.by, reason: l.edit.reason }), ' ', since(l.edit.at)) : null,
      headers(l), attempts(l), timeline(l), beyond.related];
  };

  const orders = l => {
    const order = (action, kind) => button(t(action), () => act(action, [key], look).catch(tellError), { kind });
    if (l.state === 'discarded') return [order('restore', 'primary')];
    const retry = (query, said) => run('/dlq/retry/-', query, said);
    return [
      l.state === 'unknown' ? [
        button(t('replay.ask'), retry({}, 'replayed'), { kind: 'primary', title: t('replay.ask.title') }),
        // The broker's store knows how its handlings ended.
        l.category === 'broker' ? null : [
          button(t('replay.again'), retry({ confirm: 'unknown' }, 'replayed'), { title: t('replay.again.title') }),
          button(t('replay.arrived'), retry({ confirm: 'delivered' }, 'closed'), { title: t('replay.arrived.title') }),
        ],
      ] : button(t('replay'), retry({}, 'replayed'), { kind: unmended(l) ? '' : 'primary', disabled: l.state === 'claimed' || unmended(l), title: l.topic ? t('replay.to', { topic: l.topic, key: l.recordKey ?? '' }) : null }),
      l.held ? order('release') : [order('hold'), order('extend')],
      may('editor') ? h('a', { class: unmended(l) ? 'button primary' : 'button', href: address('edit', { key }) }, t('edit')) : null,
      order('discard', 'danger'),
    ];
  };

  look();
  // What other programs do to it is in no news.
  const timer = setInterval(() => { if (!document.hidden && !busy && !over) look(); }, LOOK);
  const go = to => () => { if (to) location.hash = address('letter', { key: to }); };
  const { before, after } = neighboursOf(key);
  const click = selector => () => element.querySelector(selector)?.click();
  return {
    title: t('letter.title'), element, leave: () => { over = true; holds.close(); clearInterval(timer); },
    update: (mark, earlier) => {
      if (over || busy) return;
      const ended = current && current.letter.expiresAt && Date.parse(current.letter.expiresAt) < now();
      if (ended || (earlier && mark.letters && mark.letters.version !== earlier.letters?.version)) look();
    },
    keys: { j: go(after), k: go(before), r: click('.do .primary'), h: click('.do button:nth-of-type(2)') },
  };
}

/** Of the answer's text: as it was written, digit by digit. */
function heldBy(text) {
  const { payloadBase64: base64, note, masked } = JSON.parse(text);
  return { item: member(text, 'item'), original: member(text, 'original'), base64, note, masked };
}

function beside(key) {
  const { before, after } = neighboursOf(key);
  return before || after ? h('p.beside',
    before ? h('a', { href: address('letter', { key: before }) }, `‹ ${t('letter.before')}`) : null, ' ', after ? h('a', { href: address('letter', { key: after }) }, `${t('letter.after')} ›`) : null) : null;
}

/** What happened, as one would tell it. */
function story(l) {
  if (l.unreadable) return t('story.unreadable', { why: l.unreadable });
  const seconds = (Date.parse(l.lastFailedAt) - Date.parse(l.firstFailedAt)) / 1000;
  const begin = l.stage === 'decide'
    ? t('story.refused', { time: exact(l.lastFailedAt) })
    : t('story.failed', { n: l.attemptCount, time: exact(l.lastFailedAt), within: seconds >= 1 ? t('story.within', { time: span(seconds) }) : '' });
  return [begin, ' ', h('q', l.error), ' ', t(l.maybeWritten ? 'story.maybe' : 'story.not', { what: word('arrival', BEYOND.includes(l.category) ? l.category : 'kafka') }), ' ',
    l.held ? t('story.held') : l.discarded ? t('story.discarded', { name: l.discarded.by, reason: l.discarded.reason }) : ''];
}

/** It holds a row that could not become a record, and nobody has mended it. */
const unmended = l => l.stage === 'decide' && !l.edit;

function advice(l) {
  if (l.state === 'claimed') return h('div.box', badge('busy', t('advice.claimed', { name: l.claim?.by ?? '', time: l.claim ? exact(l.claim.since) : '' })));
  if (l.state === 'unknown') return h('div.box.bad', badge('bad', t('advice.unknown')), h('p', l.claim?.ended ?? ''));
  if (l.state === 'provisional') return h('div.box', badge('busy', t('advice.provisional')));
  if (unmended(l)) return h('div.box.warn', badge('warn', t('advice.refused')));
  return null;
}

const headers = l => !l.headers?.length ? null : h('section', h('h2', t('headers')),
  table(t('headers'), ['header.name', 'header.value'], l.headers.map(x => [h('code', x.name), h('code', x.value)])));

const attempts = l => !l.attempts?.length ? null : h('section', h('h2', t('attempts')),
  table(t('attempts'), ['#', 'attempt.at', 'attempt.took', 'filter.class', 'attempt.code', 'col.error', 'attempt.written'],
    l.attempts.map(a => [count(a.number), exact(a.startedAt), took(a.tookMs), word('class', a.class), h('code', a.code), a.message, a.maybeWritten ? t('maybe') : t('no')])));

function timeline(l) {
  const events = [
    [l.firstFailedAt, t('timeline.first')], [l.lastFailedAt, t('timeline.last', { n: l.attemptCount })],
    ...(l.history ?? []).map(e => [e.at, `${word('action', e.action)}, ${t('by', { name: e.by })}${e.note ? `: ${e.note}` : ''}`]),
    l.edit ? [l.edit.at, t('edited.by', { name: l.edit.by, reason: l.edit.reason })] : null,
    l.claim ? [l.claim.since, t('timeline.claim', { name: l.claim.by })] : null,
    l.discarded ? [l.discarded.until, t('timeline.final')] : l.expiresAt ? [l.expiresAt, t('timeline.expires')] : null,
  ].filter(e => e).sort((a, b) => Date.parse(a[0]) - Date.parse(b[0]));
  return h('section', h('h2', t('timeline')), h('ol.timeline',
    events.map(([at, what]) => h('li', h('span.soft', exact(at)), ' ', what))),
  may('auditor') ? h('p', h('a', { href: address('audit', { key: l.key }) }, t('timeline.audit'))) : null);
}

/** Null where there is none. onlyNew: the older ones were looked through before. */
async function stoneOf(key, onlyNew) {
  let cursor = null;
  do {
    const { tombstones, next } = await get('/dlq/tombstones', { key, limit: 1, cursor });
    if (tombstones.length > 0) return tombstones[0];
    cursor = next;
  } while (cursor && !onlyNew);
  return null;
}

/** What is left of a letter that is gone: its tombstone, or the word that it was delivered. */
function goneView(key, stone) {
  const title = h('h1', key.split(':').slice(2).join(':') || key);
  return stone
    ? [title, h('div.box.warn', { 'data-outcome': 'gone' }, badge('off', word('end', stone.why)), h('p', t('gone.text', { time: exact(stone.goneAt) }))),
      facts([[t('col.error'), stone.cause], [t('letter.first'), stone.firstFailedAt ? exact(stone.firstFailedAt) : null], [t('col.attempts'), count(stone.attempts)], [t('letter.hash'), stone.payloadSha256 ? h('code', stone.payloadSha256) : null]]),
      beside(key)]
    : [title, emptyBox(t('letter.none'), t('letter.none.more')), beside(key), h('p', h('a', { href: '#/letters/list' }, t('letters.list')))];
}
