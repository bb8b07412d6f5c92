// What is around a letter: what to know before it is replayed, and what has the same record key.
import { address, get, settled } from './api.js';
import { h, put } from './dom.js';
import { exact, left, since, t, word } from './text.js';
import { badge, errorBox, may, messageOf, stateBadge, table } from './ui.js';

const NEWER = { 'own-key': 'good', none: 'good', delivered: 'warn', 'not-kept': 'off', away: 'warn' };
const COLUMNS = ['col.failed', 'col.id', 'col.error', 'filter.state'];

/** Two parts that stay the same while the letter is looked at; look(letter) asks anew. */
export function around(key) {
  const checks = h('div');
  const related = h('section');
  const look = async letter => {
    const [flows, found] = await Promise.all([get('/pollers'), get('/dlq/-/related', { key })].map(settled));
    const flow = flows.value?.items.find(f => f.category === letter.category);
    put(checks, may('operator') && letter.state !== 'discarded' ? h('ul.checks', { 'aria-label': t('check.title') },
      [flows.error ? badge('warn', messageOf(flows.error)) : flow ? flowLine(flow) : null, newerLine(found), claimLine(letter), expiryLine(letter)]
        .filter(line => line).map(line => h('li', line))) : null);
    put(related, h('h2', t('related')), found.error ? errorBox(found.error) : others(found.value));
  };
  return { checks, related, look };
}

function flowLine(flow) {
  const name = word('flow', flow.name);
  const open = flow.circuit && flow.circuit.state !== 'closed';
  return open || flow.brokerAway
    ? badge('bad', `${name}: ${(open && flow.circuit.reason) || flow.lastProblem || t('state.away')}`)
    : badge('good', `${name}: ${t('state.ok')}`);
}

const newerLine = ({ value, error }) => error ? badge('warn', t('newer.away'))
  : badge(NEWER[value.newer] ?? 'off', t(`newer.${value.newer}`, { id: value.newerId, time: value.newerAt ? exact(value.newerAt) : '' }));

const claimLine = letter => ['claimed', 'unknown'].includes(letter.state) ? badge('warn', word('letter', letter.state)) : badge('good', t('check.free'));

const expiryLine = letter => [badge(letter.secondsLeft < 6 * 3600 && !letter.held ? 'warn' : 'good', t('col.left')), ' ', left(letter.expiresAt)];

const others = ({ total, letters }) => total === 0 ? h('p.soft', t('related.none')) : [
  h('p.soft', t('related.others', { n: total })),
  table(t('related'), COLUMNS, letters.map(l => [since(l.lastFailedAt), h('a', { href: address('letter', { key: l.key }) }, l.id || '–'), l.unreadable ?? l.error, stateBadge('letter', l.state)]))];
