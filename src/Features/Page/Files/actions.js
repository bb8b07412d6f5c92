// Hold, extend, release, discard, restore: for some letters, or for all that a filter chooses.
import { get, post } from './api.js';
import { h, put } from './dom.js';
import { t } from './text.js';
import { ask, badge, button, dialog, toast } from './ui.js';

const AT_ONCE = 1000;

/** Asks for the reason first; null where somebody thought better of it. Undo is offered for a discard. */
export async function act(action, keys, after) {
  const reason = await reasonFor(action, keys.length);
  return reason === null ? null : send(action, keys, reason, after);
}

const titleOf = (action, n) => t('letters.action', { action: t(action), letters: t('letters.count', { n }) });

const reasonFor = (action, n) => ask(titleOf(action, n), t(`${action}.text`), t(action),
  action === 'discard' ? { label: t('reason'), kind: 'danger' } : { label: t('reason.optional'), required: false });

async function send(action, keys, reason, after) {
  const answer = await post(`/dlq/${action}`, { keys, reason: reason || undefined });
  const done = answer.results.filter(r => r.done).map(r => r.key);
  const refused = answer.results.find(r => !r.done);
  if (done.length) {
    toast(t(`${action}.done`, { n: done.length }), action === 'discard'
      ? { action: { text: t('undo'), act: () => send('restore', done, 'undo', after).then(after) } } : {});
  }
  if (refused) toast(`${t('refused', { n: answer.refused })}: ${refused.error}`, { kind: 'bad' });
  await after?.();
  return answer;
}

/** All letters of the filter as they are now; those that come meanwhile are left alone. */
export async function actOnAll(action, filter, after) {
  const keys = await keysOf(filter);
  if (keys.length <= AT_ONCE) return act(action, keys, after);
  const reason = await reasonFor(action, keys.length);
  if (reason === null) return null;
  await dialog(titleOf(action, keys.length), close => {
    const bar = h('progress', { max: keys.length, value: 0, 'aria-label': t(action) });
    const said = h('p');
    let stop = false;
    const run = async () => {
      let [done, refused] = [0, 0];
      for (let at = 0; at < keys.length && !stop; at += AT_ONCE) {
        const answer = await post(`/dlq/${action}`, { keys: keys.slice(at, at + AT_ONCE), reason: reason || undefined });
        done += answer.done;
        refused += answer.refused;
        bar.value = done + refused;
        put(said, t('bulk.so.far', { done, refused, total: keys.length }));
      }
      put(said, badge('good', t('bulk.so.far', { done, refused, total: keys.length })));
    };
    run().catch(e => put(said, badge('bad', e.message)));
    return [bar, said, h('div.actions', button(t('close'), () => { stop = true; close(true); }))];
  });
  return after?.();
}

async function keysOf(filter) {
  const keys = [];
  let cursor = null;
  do {
    const page = await get('/dlq', { ...filter, limit: AT_ONCE, cursor });
    keys.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return keys;
}
