// The list: fifty at a time in an order that stays. What is new waits behind a button, so no row moves under the pointer.
import { act, actOnAll } from './actions.js';
import { address, get } from './api.js';
import { h, put } from './dom.js';
import { addressOf, isCloser } from './filters.js';
import { noLetters } from './groups.js';
import { planReplay } from './plan.js';
import { bytes, count, left, since, t, word } from './text.js';
import { badge, button, doing, errorBox, exporter, fill, loading, may, stateBadge } from './ui.js';

const PAGE = 50;

/** Of the list that was last shown: a letter's view goes on from there. */
let lastKeys = [];
export const neighboursOf = key => {
  const at = lastKeys.indexOf(key);
  return at < 0 ? {} : { before: lastKeys[at - 1], after: lastKeys[at + 1] };
};

export function list(filter, query) {
  const rows = h('tbody');
  const head = h('div.listhead');
  const pill = h('div.pillbar', { role: 'status' });
  const bulk = h('div.bulk');
  const foot = h('div.pager');
  const frame = h('div');
  const element = h('div', head, pill, bulk, frame, foot);
  const chosen = new Set();
  let page = null;
  let cursor = query.get('cursor');
  const earlier = [];
  let asked = null;
  let focus = null;
  let finds = query.get('find') === '1';

  const ask = () => get('/dlq', { ...filter, limit: PAGE, cursor }, asked.signal);

  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    if (!frame.hasChildNodes()) put(frame, loading());
    frame.setAttribute('aria-busy', 'true');
    try {
      const found = await ask();
      if (finds && opensOne(found)) return;
      finds = false;
      page = found;
      lastKeys = page.items;
      render();
    } catch (e) {
      if (e.name !== 'AbortError') put(frame, errorBox(e, look));
    } finally {
      frame.removeAttribute('aria-busy');
    }
  };

  /** A search for an id that is a letter's goes straight to it. */
  const opensOne = found => {
    const hit = found.letters.length === 1 || found.letters[0]?.id === filter.text ? found.letters.find(l => l.id === filter.text) : null;
    if (!hit) return false;
    location.replace(address('letter', { key: hit.key }));
    return true;
  };

  const render = () => {
    put(pill);
    put(head, h('p', { 'data-total': page.total, 'aria-live': 'polite' }, t('letters.count', { n: page.total }),
      page.looked === undefined ? null : ` · ${t(page.next ? 'letters.looked.more' : 'letters.looked', { n: page.looked })}`),
      may('operator') && page.total > 0 && !isCloser(filter) ? h('div.actions',
        button(t('replay.filtered'), () => planReplay({ filter }), { kind: 'primary' }),
        button(t('hold.filtered'), doing(() => actOnAll('hold', filter, look))),
        exporter('/dlq/export', 'letters', filter)) : null);
    if (page.total === 0) {
      fill(put(frame), () => noLetters(filter), box => box);
    } else {
      put(rows, page.letters.map(row));
      put(frame, h('div.scroll', h('table.letters', h('caption.hidden', t('nav.letters')),
        h('thead', h('tr', [may('operator') ? allBox() : null, ...COLUMNS].filter(c => c).map(c => h('th', { scope: 'col' }, typeof c === 'string' ? t(c) : c)))), rows)));
    }
    put(foot, earlier.length || query.get('cursor') ? button(t('page.before'), () => move(earlier.pop() ?? null)) : null,
      page.next ? button(t('page.after'), () => { earlier.push(cursor); move(page.next); }) : null);
    showBulk();
  };

  const move = to => {
    cursor = to;
    history.replaceState(null, '', addressOf('list', filter, cursor ? { cursor } : {}));
    page = null;
    chosen.clear();
    look().then(() => element.scrollIntoView({ block: 'start' }));
  };

  const allBox = () => h('input', { type: 'checkbox', 'aria-label': t('select.all'), onChange: e => {
    for (const letter of page.letters) (e.target.checked ? chosen.add(letter.key) : chosen.delete(letter.key));
    for (const box of rows.querySelectorAll('input')) box.checked = e.target.checked;
    showBulk();
  } });

  const row = letter => h('tr', { 'data-key': letter.key },
    [
      may('operator') ? h('input', { type: 'checkbox', checked: chosen.has(letter.key), 'aria-label': t('select.one', { id: letter.id }), onChange: e => choose(letter.key, e.target.checked) }) : null,
      since(letter.lastFailedAt), word('category', letter.category),
      h('a', { href: address('letter', { key: letter.key }), title: letter.id, onFocus: () => { focus = letter.key; } }, letter.id || '–'),
      h('span', { title: letter.error }, letter.unreadable ?? letter.error),
      count(letter.attemptCount), bytes(letter.payloadBytes),
      letter.discarded ? since(letter.discarded.at) : left(letter.expiresAt), stateBadge('letter', letter.state), lastAction(letter.lastAction),
    ].map((cell, at) => cell === null ? null : h('td', { class: CELLS[at], 'data-name': at === 0 ? t('select.one.short') : t(COLUMNS[at - 1]) }, cell)));

  const choose = (key, on) => {
    if (on) chosen.add(key);
    else chosen.delete(key);
    showBulk();
  };

  const showBulk = () => {
    const keys = [...chosen];
    const aside = filter.state === 'discarded';
    const order = (action, kind) => button(t(action), doing(() => act(action, keys, () => { chosen.clear(); return look(); })), { kind });
    put(bulk, keys.length === 0 ? null : h('div.box.actions', h('strong', t('selected', { n: keys.length })),
      aside ? order('restore', 'primary') : [
        button(t('replay'), () => planReplay({ keys }), { kind: 'primary' }), ['hold', 'extend', 'release', 'discard'].map(action => order(action))]));
  };

  /** Rows that changed are shown anew in their places; what came is told and waits. */
  let waiting = null;
  const changed = () => {
    waiting ??= setTimeout(async () => {
      waiting = null;
      if (!page) return void look();
      asked?.abort();
      asked = new AbortController();
      let found;
      try {
        found = await ask();
      } catch {
        return;
      }
      const fresh = new Map(found.letters.map(l => [l.key, l]));
      const more = found.letters.filter(l => !page.items.includes(l.key)).length;
      page.letters = page.letters.map(l => fresh.get(l.key) ?? l);
      for (const tr of rows.children) {
        const letter = fresh.get(tr.dataset.key);
        tr.classList.toggle('gone', !letter);
        if (!letter) put(tr.querySelector('.state'), badge('off', t('letter.moved')));
        else if (!tr.contains(document.activeElement)) tr.replaceWith(row(letter));
      }
      const delta = found.total - page.total;
      put(pill, more > 0 || delta !== 0
        ? button(delta > 0 ? t('new.letters', { n: delta }) : t('list.changed'), look, { kind: 'primary' }) : null);
      if (page.total === 0) look();
    }, 300);
  };

  const step = by => {
    const links = [...rows.querySelectorAll('a')];
    const at = links.findIndex(a => a.closest('tr').dataset.key === focus);
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  };
  let anchor = null;
  const mark = range => {
    const keys = page?.items ?? [];
    const at = keys.indexOf(focus);
    if (at < 0 || !may('operator')) return;
    const from = range && anchor ? keys.indexOf(anchor) : at;
    const on = range || !chosen.has(focus);
    for (let n = Math.min(from, at); n <= Math.max(from, at); n++) (on ? chosen.add(keys[n]) : chosen.delete(keys[n]));
    for (const tr of rows.children) tr.querySelector('input').checked = chosen.has(tr.dataset.key);
    anchor = focus;
    showBulk();
  };
  const press = n => {
    if (!may('operator')) return;
    if (chosen.size === 0 && focus) choose(focus, true);
    bulk.querySelectorAll('button')[n]?.click();
  };

  look();
  return {
    element, changed, leave: () => { asked?.abort(); clearTimeout(waiting); },
    keys: { j: () => step(1), k: () => step(-1), x: () => mark(false), X: () => mark(true), r: () => press(0), h: () => press(1) },
  };
}

const CELLS = ['check', 'when', 'category', 'id', 'error', 'tries', 'size', 'until', 'state', 'action'];
const COLUMNS = ['col.failed', 'filter.category', 'col.id', 'col.error', 'col.attempts', 'col.size', 'col.left', 'filter.state', 'col.action'];

const lastAction = done => done ? [done.by, ': ', word('action', done.action), h('span.soft', ' · ', since(done.at))] : '';

