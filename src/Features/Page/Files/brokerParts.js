// What the broker's views share: words and signs of states, addresses, and the two orders that one handling takes.
import { post } from './api.js';
import { t, word } from './text.js';
import { badge, doing, toast } from './ui.js';

export const KINDS = {
  received: 'off', processing: 'busy', failed: 'warn', processed: 'good', dead_letter: 'bad', skipped: 'off', pending: 'off', completed: 'good',
  expired: 'warn', active: 'good', paused: 'warn', off: 'bad',
};

export const partOf = id => encodeURIComponent(id);
export const pathOf = e => `/broker/events/${partOf(e.source)}/${partOf(e.id)}`;
export const addressOf = e => `#/broker/event?${new URLSearchParams({ source: e.source, id: e.id })}`;

/** Of a handling or of a consumer; of an event, failed is the end and not a step on the way. */
export const kind = status => badge(KINDS[status] ?? 'off', word('broker', status));
export const eventKind = status => status === 'failed' ? badge('bad', word('broker', status)) : kind(status);

/** order: replay or discard. */
export const orderAt = (event, consumer, order, then) => doing(async () => {
  await post(`${pathOf(event)}/${order}`, undefined, { consumer });
  toast(t('done'));
  await then();
});
