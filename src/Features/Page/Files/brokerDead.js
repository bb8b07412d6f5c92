// What consumers have given up, from the broker's own store: it is there without Redis too.
import { get } from './api.js';
import { addressOf, orderAt } from './brokerParts.js';
import { planFor } from './brokerReplays.js';
import { h } from './dom.js';
import { count, since, t } from './text.js';
import { badge, button, emptyBox, field, fill, may, select, table } from './ui.js';

const PAGE = 50;

export function dead(route) {
  const body = h('div', { class: 'stack' });
  const chooser = h('div', { class: 'filters' });
  let consumer = route.query.get('consumer') ?? '';
  const rows = [];
  const look = cursor => fill(body, () => get('/broker/dead-letters', { consumer, limit: PAGE, cursor }), page => {
    if (!cursor) rows.length = 0;
    rows.push(...page.handlings);
    if (rows.length === 0) return emptyBox(t('dead.none'), consumer ? t('dead.none.of', { name: consumer }) : t('dead.none.more'));
    return [h('div', { class: 'scroll' }, table(t('broker.dead'), ['broker.consumer', 'broker.type', 'col.id', 'col.error', 'col.attempts', 'dead.since', 'audit.action'].map(key => t(key)),
      rows.map(row), { class: 'wide' })), page.next ? button(t('more'), () => look(page.next)) : null];
  });
  const row = dead => [h('strong', {}, dead.consumer_name), h('code', {}, dead.type),
    h('a', { href: addressOf(dead) }, dead.id),
    [dead.last_error ?? h('span', { class: 'soft' }, t('dead.hidden')), dead.edited ? [' ', badge('warn', t('dead.edited'))] : null],
    count(dead.attempt_count), since(dead.died_at),
    may('operator') ? h('div', { class: 'actions' }, ['replay', 'discard'].map(order => button(t(`broker.${order}`), orderAt(dead, dead.consumer_name, order, () => look()),
      { kind: 'small', label: `${t(`broker.${order}`)} ${dead.id} ${dead.consumer_name}` }))) : ''];
  const choose = async () => {
    const names = (await get('/broker/consumers')).map(c => c.name);
    const of = select(consumer, [['', t('filter.any')], ...[...new Set([...names, consumer])].filter(n => n).map(n => [n, n])], value => {
      consumer = value;
      history.replaceState(null, '', `#/broker/dead${value ? `?${new URLSearchParams({ consumer: value })}` : ''}`);
      choose();
      look();
    });
    return fill(chooser, () => Promise.resolve(), () => [field(t('broker.consumer'), of),
      may('operator') && consumer ? button(t('dead.replay'), () => planFor({ consumer, only_dead: true }), { kind: 'primary' }) : null]);
  };
  choose().catch(() => {});
  look();
  return { element: h('div', { class: 'stack' }, h('p', { class: 'soft' }, t('dead.what')), chooser, body), leave: () => {} };
}
