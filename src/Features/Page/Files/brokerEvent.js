// One event: its way through its consumers as a picture, and why it is not done yet.
import { get, getText, postText } from './api.js';
import { eventKind, kind, KINDS, orderButtons, pathOf } from './brokerParts.js';
import { h, put } from './dom.js';
import { member } from './json.js';
import { payloadView } from './payload.js';
import { exact, t, word } from './text.js';
import { badge, errorBox, every, facts, fill, loading, may } from './ui.js';

const LOOK = 3000;

export function event(source, id) {
  const path = pathOf({ source, id });
  const body = h('div.stack', loading());
  const why = h('div');
  const holds = payloadView(async reason => heldBy(await postText(`${path}/unmask`, { reason })));
  let shown = null;
  const look = async () => {
    let text;
    try {
      text = await getText(path, { masked: true });
    } catch (e) {
      shown = null;
      return void put(body, errorBox(e, look));
    }
    if (text === shown) return;
    shown = text;
    const e = JSON.parse(text);
    put(body, h('header', h('p', h('code', e.type), ' ', eventKind(e.status))), way(e, look),
      facts([[t('broker.source'), e.source], [t('broker.created'), exact(e.created_at)], [t('broker.available'), e.available_at ? exact(e.available_at) : null],
        [t('broker.key'), e.ordering_key], [t('broker.schema'), e.schema_version], [t('broker.aggregate'), e.aggregate_id ? `${e.aggregate_type} ${e.aggregate_id}` : null],
        [t('broker.finished'), e.completed_at ? exact(e.completed_at) : null]]),
      e.error ? h('div.box.bad', e.error) : null);
    holds.show(heldBy(text));
    if (may('operator') && e.status !== 'completed') fill(why, () => get(`${path}/explain`), explain);
    else put(why);
  };
  const way = (e, again) => h('section.stack', h('h2', t('broker.way')), h('ol.way',
    h('li', h('strong', t('broker.written')), ' ', h('span.soft', exact(e.created_at))),
    e.handlings.length === 0 ? h('li', badge('warn', t('broker.noconsumer'))) : e.handlings.map(x => h('li', { class: KINDS[x.status] },
      h('div', h('strong', x.consumer_name), ' ', kind(x.status), ' ', h('span.soft', t('broker.tries', { n: x.attempt_count }),
        x.available_at ? ` · ${t('broker.next', { time: exact(x.available_at) })}` : '', x.processed_at ? ` · ${exact(x.processed_at)}` : '', x.leased_by ? ` · ${x.leased_by}` : '')),
      x.last_error ? h('p.soft', x.last_error) : null,
      may('operator') ? orderButtons(e, x.consumer_name, ['processed', 'skipped'].includes(x.status) ? ['replay'] : ['replay', 'discard'], x.consumer_name, again) : null))));
  look();
  const end = every(LOOK, look, body);
  return { title: t('broker.event'), leave: () => { end(); holds.close(); }, element: h('div.stack', h('p', h('a', { href: '#/broker' }, `‹ ${t('nav.broker')}`)), h('h1', id), why, body, holds.element) };
}

const explain = found => found.waitsFor === null && found.handlings.every(x => x.waitsFor === 'NoLonger') ? null
  : h('div.box.warn', h('h2', t('broker.why')), found.waitsFor ? h('p', found.waitsFor) : null,
    h('ul', found.handlings.filter(x => x.waitsFor !== 'NoLonger').map(x => h('li', h('strong', x.consumer), ' ', word('waits', x.waitsFor),
      Object.values(x.detail ?? {}).filter(v => v).map(v => ` · ${v}`)))));

/** Masked, an event shows nothing of what it holds. */
const heldBy = text => ({ item: member(text, 'payload') ?? '', masked: member(text, 'masked') === 'true' });
