// What consumers have given up, from the broker's own store: it is there without Redis too.
import { address, get } from './api.js';
import { addressOf, orderButtons } from './brokerParts.js';
import { planFor } from './brokerReplays.js';
import { h } from './dom.js';
import { count, since, t } from './text.js';
import { badge, button, emptyBox, field, fill, may, pages, select, table } from './ui.js';

const PAGE = 50;
const COLUMNS = ['streams.consumer', 'broker.type', 'col.id', 'col.error', 'col.attempts', 'dead.since', 'audit.action'];

export function dead(route) {
  const body = h('div.stack');
  const chooser = h('div.filters');
  let consumer = route.query.get('consumer') ?? '';
  const look = pages(body, cursor => get('/broker/dead-letters', { consumer, limit: PAGE, cursor }), page => page.handlings,
    rows => table(t('broker.dead'), COLUMNS, rows.map(row)), () => emptyBox(t('dead.none'), consumer ? t('dead.none.of', { name: consumer }) : t('dead.none.more')));
  const row = dead => [h('strong', dead.consumer_name), h('code', dead.type),
    h('a', { href: addressOf(dead) }, dead.id),
    [dead.last_error ?? h('span.soft', t('dead.hidden')), dead.edited ? [' ', badge('warn', t('dead.edited'))] : null],
    count(dead.attempt_count), since(dead.died_at),
    may('operator') ? orderButtons(dead, dead.consumer_name, ['replay', 'discard'], `${dead.id} ${dead.consumer_name}`, look) : ''];
  const choose = async () => {
    const names = (await get('/broker/consumers')).map(c => c.name);
    const of = select(consumer, [['', t('filter.any')], ...[...new Set([...names, consumer])].filter(n => n).map(n => [n, n])], value => {
      consumer = value;
      history.replaceState(null, '', address('broker/dead', { consumer }));
      choose();
      look();
    });
    return fill(chooser, () => Promise.resolve(), () => [field(t('streams.consumer'), of),
      may('operator') && consumer ? button(t('dead.replay'), () => planFor({ consumer, only_dead: true }), { kind: 'primary' }) : null]);
  };
  choose().catch(() => {});
  look();
  return { element: h('div.stack', h('p.soft', t('dead.what')), chooser, body) };
}
