// What the broker's views share: words and signs of states, addresses, and the two orders that one handling takes.
import { address, partOf } from './api.js';
import { h } from './dom.js';
import { t, word } from './text.js';
import { badge, button, ordering } from './ui.js';

export const STATUSES = ['pending', 'processing', 'completed', 'failed', 'expired'];

export const KINDS = {
  received: 'off', processing: 'busy', failed: 'warn', processed: 'good', dead_letter: 'bad', skipped: 'off', pending: 'off', completed: 'good',
  expired: 'warn', active: 'good', paused: 'warn', off: 'bad',
};

export const pathOf = e => `/broker/events/${partOf(e.source)}/${partOf(e.id)}`;
export const addressOf = e => address('broker/event', { source: e.source, id: e.id });

/** Of a handling or of a consumer; of an event, failed is the end and not a step on the way. */
export const kind = status => badge(KINDS[status] ?? 'off', word('broker', status));
export const eventKind = status => status === 'failed' ? badge('bad', word('broker', status)) : kind(status);

/** A handling's buttons. orders: replay, discard; named: what tells them apart. */
export const orderButtons = (event, consumer, orders, named, then) => h('div.actions', orders.map(order => button(t(`broker.${order}`),
  ordering(`${pathOf(event)}/${order}`, then, { query: { consumer } }), { kind: 'small', label: `${t(`broker.${order}`)} ${named}` })));
