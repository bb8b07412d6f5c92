// The router's streams as cards among the flows of the overview.
import { h, put } from './dom.js';
import { known, streamAddress, streamOrder, trouble } from './streams.js';
import { count, t } from './text.js';
import { badge, emptyBox, facts, may } from './ui.js';

/** Cards stay where they are, and their buttons keep the focus. */
export function showStreams(cards, found, look, said) {
  if (found.streams.length === 0) put(said, emptyBox(t('streams.none')));
  for (const row of found.streams) {
    const name = row.stream.stream;
    let card = [...cards.children].find(c => c.dataset.stream === name);
    if (!card) {
      card = h('article', { class: 'card', 'data-stream': name, 'aria-label': name }, h('div', {}), h('div', { class: 'actions' }));
      cards.append(card);
    }
    put(card.firstChild, content(row));
    if (may('operator') && card.lastChild.dataset.paused !== String(row.paused)) {
      card.lastChild.dataset.paused = String(row.paused);
      put(card.lastChild, streamOrder(name, row.paused, look));
    }
  }
}

const content = ({ stream, here, ownedHere, paused, shards }) => [
  h('header', {}, h('h2', {}, h('a', { href: streamAddress(stream.stream) }, stream.stream)),
    paused ? badge('warn', t('streams.paused')) : ownedHere ? badge('good', t('streams.here')) : stream.owner ? badge('good', t('streams.elsewhere')) : badge('warn', t('streams.nobody'))),
  facts([
    [t('streams.lag'), known(stream.lag)], [t('streams.pending'), known(stream.pending)], [t('overview.dead'), h('a', { href: '#/letters/list?category=stream' }, count(stream.waiting))],
    [t('streams.applied'), here ? count(here.applied) : null], shards.length ? [t('streams.shards'), count(shards.length)] : null,
  ]),
  h('p', {}, trouble(stream, here)),
];
