// Which letters are meant: all of it is in the address, so a view can be kept and passed on.
import { address, get } from './api.js';
import { h } from './dom.js';
import { count, t, word } from './text.js';
import { button, field, select } from './ui.js';

const FILTERS = ['category', 'class', 'state', 'text', 'group', 'minAge', 'maxAge', 'expiresWithin', 'minAttempts', 'code'];
/** Each letter is looked at for these, so many at a time: of the list, and of nothing that is done to many. */
const CLOSER = ['header', 'newer'];

export const isCloser = filter => CLOSER.some(name => filter[name]);

export const CATEGORIES = ['menu', 'log', 'space', 'space-log', 'law', 'stream', 'broker'];
const CLASSES = ['transient', 'permanent', 'unknown', 'refused'];
const STATES = ['open', 'provisional', 'claimed', 'unknown', 'discarded'];
const AGES = ['15m', '1h', '6h', '1d', '2d'];
const EXPIRIES = ['1h', '6h', '1d', '2d'];
const ATTEMPTS = ['2', '5', '10', '50'];
const TYPING_PAUSE = 120;

export const filterOf = (query, tab) => Object.fromEntries([...FILTERS, ...tab === 'list' ? CLOSER : []].map(name => [name, query.get(name)]).filter(([, value]) => value));

export const addressOf = (tab, filter, more = {}) => address(`letters${tab ? `/${tab}` : ''}`, { ...filter, ...more });

/** go(filter) is called when it changes; while somebody types, a moment after the last key. */
export function filterBar(filter, go, views, tab) {
  const set = (name, value) => {
    const next = { ...filter, [name]: value };
    if (!value) delete next[name];
    filter = next;
    go(next);
  };
  let timer;
  const text = h('input', { type: 'search', id: 'filter-text', value: filter.text ?? '', autocomplete: 'off', onInput: e => {
    clearTimeout(timer);
    timer = setTimeout(() => set('text', e.target.value.trim()), TYPING_PAUSE);
  } });
  const pick = (name, values, told = v => t('within', { time: v })) => field(t(`filter.${name}`), select(filter[name] ?? '',
    [['', t('filter.any')], ...values.map(v => [v, told(v)]),
      ...(filter[name] && !values.includes(filter[name]) ? [[filter[name], filter[name]]] : [])],
    value => set(name, value), { name }));
  const codes = pick('code', [], v => v);
  get('/dlq/counts').then(found => codes.lastChild.append(...found.codes.filter(c => c.code !== filter.code)
    .map(c => h('option', { value: c.code }, `${c.code} (${count(c.count)})`))), () => {});
  return h('form.filters', { role: 'search', 'aria-label': t('filter.label'), onSubmit: e => e.preventDefault() },
    field(t('filter.text'), text),
    pick('category', CATEGORIES, v => word('category', v)), pick('class', CLASSES, v => word('class', v)), pick('state', STATES, v => word('letter', v)),
    tab === 'list' ? [field(t('filter.header'), h('input', { type: 'search', name: 'header', value: filter.header ?? '', onChange: e => set('header', e.target.value.trim()) })),
      pick('newer', ['delivered'], () => t('filter.newer.delivered'))] : null,
    pick('maxAge', AGES), pick('expiresWithin', EXPIRIES), pick('minAttempts', ATTEMPTS, v => t('filter.atleast', { n: v })), codes,
    filter.group ? h('span.pill', t('filter.group', { id: filter.group }),
      button('✕', () => set('group', ''), { kind: 'plain', label: t('filter.group.clear') })) : null,
    Object.keys(filter).length ? button(t('filter.clear'), () => go({})) : null, views);
}
