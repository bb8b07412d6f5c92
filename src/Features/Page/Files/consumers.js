// The broker's consumers: as a table in its own view, as cards among the flows of the overview.
import { address, get, partOf } from './api.js';
import { kind } from './brokerParts.js';
import { h } from './dom.js';
import { count, t } from './text.js';
import { button, emptyBox, facts, may, ordering, pastBars, perMinute, showCard, table } from './ui.js';

const COLUMNS = ['streams.consumer', 'broker.pattern', 'streams.kind', 'filter.state', 'broker.waiting', 'broker.leased', 'broker.failing', 'broker.dead', 'broker.done', 'audit.action'];

const deadLink = (name, n) => n > 0 ? h('a', { href: address('broker/dead', { consumer: name }) }, count(n)) : count(n);

const order = (consumer, then, attributes = {}) => {
  const [what, rank] = consumer.state === 'active' ? ['pause', ''] : ['resume', 'primary'];
  return button(t(what), ordering(`/broker/consumers/${partOf(consumer.name)}/${what}`, then), { kind: rank, label: `${t(what)} ${consumer.name}`, ...attributes });
};

export function consumersTable(list, counts, look) {
  if (list.length === 0) return emptyBox(t('broker.noconsumers'));
  return table(t('streams.consumers'), COLUMNS, list.map(c => {
    const n = counts.find(x => x.consumer === c.name) ?? {};
    return [h('strong', c.name), h('code', c.pattern), c.kind, [kind(c.state), c.state_reason ? h('p.soft', c.state_reason) : null],
      count(n.waiting), count(n.leased), count(n.failed), deadLink(c.name, n.dead), count(n.done), may('operator') ? order(c, look, { kind: 'small' }) : ''];
  }));
}

/** Fetches what cards of consumers show. */
export const consumersNow = () => Promise.all([get('/broker/consumers'), get('/broker/stats'), get('/broker/history')])
  .then(([list, stats, history]) => ({ list, stats, hours: history.consumers }));

export function consumerCards(cards, { list, stats, hours }, look) {
  for (const gone of [...cards.children]) if (!list.some(c => c.name === gone.dataset.consumer)) gone.remove();
  for (const consumer of list) {
    showCard(cards, 'consumer', consumer.name, consumer.name,
      content(consumer, stats.consumers.find(n => n.consumer === consumer.name) ?? {}, hours.find(x => x.consumer === consumer.name)),
      consumer.state, () => order(consumer, look));
  }
}

function content(consumer, n, past) {
  return [
    h('header', h('h2', consumer.name), kind(consumer.state)),
    h('p.soft.path', [consumer.pattern, consumer.url ?? consumer.topic ?? consumer.kind].join(' → ')),
    consumer.state_reason ? h('p.soft', consumer.state_reason) : null,
    pastBars(past, ['done', 'failed'], 'bars.consumer'),
    facts([
      [t('overview.rate'), perMinute(past?.done)], [t('broker.waiting'), count(n.waiting)],
      [t('broker.leased'), count(n.leased)], [t('broker.failing'), count(n.failed)], [t('broker.dead'), deadLink(consumer.name, n.dead)],
    ]),
  ];
}
