// What cannot be brought back, and who did what: both are read in pages.
import { get, queryOf } from './api.js';
import { h, put } from './dom.js';
import { CATEGORIES } from './filters.js';
import { count, exact, since, t, word } from './text.js';
import { badge, button, choice, emptyBox, errorBox, exporter, field, pages, table, whoAmI } from './ui.js';

const PAGE = 50;
const WHY = ['expired', 'evicted', 'removed', 'discarded'];

export function tombstones(route) {
  const filter = { category: route.query.get('category') ?? '', why: route.query.get('why') ?? '' };
  return paged('nav.gone', 'gone.what', filter, set => [
    field(t('filter.category'), choice(filter.category, 'category', CATEGORIES, v => set('category', v))),
    field(t('gone.why'), choice(filter.why, 'end', WHY, v => set('why', v))),
  ], cursor => get('/dlq/tombstones', { ...filter, limit: PAGE, cursor }), found => found.tombstones,
  [['gone.at', s => since(s.goneAt)], ['gone.why', s => badge(s.why === 'evicted' ? 'bad' : s.why === 'expired' ? 'warn' : 'off', word('end', s.why))],
    ['filter.category', s => word('category', s.category)], ['col.id', s => h('code', s.key.split(':').slice(2).join(':'))], ['col.error', s => s.cause],
    ['col.attempts', s => count(s.attempts)], ['gone.by', s => s.by ? `${s.by}${s.reason ? `: ${s.reason}` : ''}` : '']], t('gone.none'));
}

export function audit(route) {
  const filter = { actor: route.query.get('actor') ?? '', action: route.query.get('action') ?? '', key: route.query.get('key') ?? '' };
  const check = h('div.actions', button(t('audit.check'), async () => {
    try {
      const answer = await get('/audit/check');
      put(check, badge(answer.intact ? 'good' : 'bad', answer.intact ? t('audit.intact', { n: answer.checked }) : t('audit.broken', { place: answer.faultAt, why: answer.fault })));
    } catch (e) {
      put(check, errorBox(e));
    }
  }));
  const text = (name, key, set) => field(t(key), h('input', { value: filter[name], onChange: e => set(name, e.target.value.trim()) }));
  // A broker alone keeps its trail in its own store, which is read from end to begin and not searched.
  const relay = whoAmI().parts.includes('relay');
  return paged('nav.audit', 'audit.what', filter, set => relay ? [text('actor', 'audit.actor', set), text('action', 'audit.action', set), text('key', 'audit.key', set), exporter('/audit/export', 'audit', filter), check] : null,
    relay ? cursor => get('/audit', { ...filter, limit: PAGE, cursor }) : cursor => get('/broker/audit', { cursor }), found => relay ? found.entries : found.entries.map(line => line.entry),
    [['audit.at', e => exact(e.at)], ['audit.phase', e => word('phase', e.phase)], ['audit.actor', e => `${e.actor}${e.address ? ` (${e.address})` : ''}`],
      ['audit.action', e => told(e.action)], ['audit.key', e => e.set ?? (e.keys.length > 1 ? t('audit.keys', { n: e.keys.length }) : e.keys[0] ?? '')],
      ['reason', e => e.reason ?? ''], ['audit.result', e => e.result ?? '']], t('audit.none'));
}

/** A word of its own, or a verb and what it befell. */
function told(action) {
  const [verb, ...what] = action.split(' ');
  const whole = word('action', action);
  return whole !== action || !what.length ? whole : t('action.of', { verb: word('verb', verb), what: word('what', what.join(' ')) });
}

function paged(title, what, filter, controls, ask, itemsOf, columns, none) {
  const body = h('div');
  const set = (name, value) => {
    filter[name] = value;
    history.replaceState(null, '', location.hash.split('?')[0] + queryOf(filter));
    look();
  };
  const look = pages(body, ask, itemsOf, rows => table(t(title), columns.map(([key]) => key), rows.map(row => columns.map(([, cell]) => cell(row)))), () => emptyBox(none));
  look();
  return { title: t(title), element: h('div', h('h1', t(title)), h('p.soft', t(what)), h('div.filters', controls(set)), body) };
}
