// The router's streams as cards among the flows of the overview.
import { h, put } from './dom.js';
import { known, streamAddress, streamOrder, trouble } from './streams.js';
import { count, t } from './text.js';
import { badge, emptyBox, facts, showCard } from './ui.js';

export function showStreams(cards, found, look, said) {
  if (found.streams.length === 0) put(said, emptyBox(t('streams.none')));
  for (const row of found.streams) {
    const name = row.stream.stream;
    showCard(cards, 'stream', name, name, content(row), row.paused, () => streamOrder(name, row.paused, look));
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
