// Hold, extend, release, discard, restore: for some letters, or for all that a filter chooses.
import { get, post } from './api.js';
import { h, put } from './dom.js';
import { t } from './text.js';
import { ask, badge, button, dialog, messageOf, toast } from './ui.js';

const AT_ONCE = 1000;

/** Asks for the reason first; null where somebody thought better of it. Undo is offered for a discard. */
export async function act(action, keys, after) {
  const reason = await reasonFor(action, keys);
  return reason === null ? null : send(action, keys, reason, after);
}

const titleOf = (action, n) => t('letters.action', { action: t(action), letters: t('letters.count', { n }) });

const reasonFor = (action, keys) => ask(titleOf(action, keys.length), whatOf(action, keys), t(action),
  action === 'discard' ? { label: t('reason'), kind: 'danger' } : { label: t('reason.optional'), required: false });

/** Letters of streams and of the broker have no rows. */
const whatOf = (action, keys) => t(`${action}.text`)
  + (action === 'discard' && keys.some(key => !/^dlq:(stream|broker):/.test(key)) ? ` ${t('discard.rows')}` : '');

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

/**
 * All letters of the filter as they are now; those that come meanwhile are left alone. It goes on while its dialog is open: however
 * that is closed, it stops after what is under way, and a toast tells how far it came.
 */
export async function actOnAll(action, filter, after) {
  const keys = await keysOf(filter);
  if (keys.length <= AT_ONCE) return act(action, keys, after);
  const reason = await reasonFor(action, keys);
  if (reason === null) return null;
  const tally = { done: 0, refused: 0, total: keys.length };
  const soFar = () => t('bulk.so.far', tally);
  let [stop, failure, running] = [false, null, null];
  await dialog(titleOf(action, keys.length), close => {
    const bar = h('progress', { max: keys.length, value: 0, 'aria-label': t(action) });
    const said = h('p');
    const end = button(t('stop'), () => close(true));
    const run = async () => {
      for (let at = 0; at < keys.length && !stop; at += AT_ONCE) {
        const answer = await post(`/dlq/${action}`, { keys: keys.slice(at, at + AT_ONCE), reason: reason || undefined });
        tally.done += answer.done;
        tally.refused += answer.refused;
        bar.value = tally.done + tally.refused;
        put(said, soFar());
      }
    };
    running = run().then(() => put(said, badge('good', soFar())), e => {
      failure = messageOf(e);
      put(said, badge('bad', failure));
    }).finally(() => put(end, t('close')));
    return [bar, said, h('div.actions', end)];
  });
  stop = true;
  await running;
  toast([`${t(action)}: ${soFar()}`, failure].filter(text => text).join('. '), { kind: tally.done === tally.total ? 'good' : 'bad' });
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
