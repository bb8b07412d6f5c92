// The parts that views are made of.
import { ApiError, download, post } from './api.js';
import { h, put, s } from './dom.js';
import { exact, now, t, word } from './text.js';

let me = { name: null, roles: [] };
export const setMe = who => { me = who; };
export const whoAmI = () => me;
export const may = role => me.roles.includes(role);

const PASSES_IN = 5000;
const SIGNS = { good: '✓', warn: '!', bad: '✕', busy: '…', off: '–' };

/** A state by sign, colour and word. */
export const badge = (kind, text, title) =>
  h('span', { class: `badge ${kind}`, title }, h('span.sign', { 'aria-hidden': 'true' }, SIGNS[kind] ?? '•'), text);

export const button = (text, act, { kind = '', title, disabled, label } = {}) =>
  h('button', { type: 'button', class: kind, title, disabled, 'aria-label': label, onClick: act }, text);

/** For a listener: while it runs, the button or the choice is off, and a second click does nothing. */
export const doing = act => async event => {
  const pressed = event.currentTarget;
  if (pressed.disabled) return;
  pressed.disabled = true;
  try {
    await act(event);
  } catch (e) {
    tellError(e);
  } finally {
    pressed.disabled = false;
  }
};

export const field = (label, input, hint) =>
  h('label.field', h('span', label), input, hint ? h('span.hint', hint) : null);

export const select = (value, options, act, attributes = {}) =>
  h('select', { onChange: e => act(e.target.value, e), ...attributes },
    options.map(([id, text]) => h('option', { value: id, selected: id === value }, text)));

/** One of a closed list of words, or any. */
export const choice = (value, list, values, act, attributes) =>
  select(value, [['', t('filter.any')], ...values.map(one => [one, word(list, one)])], act, attributes);

/** named: of what cannot be read out. */
export const copyButton = (text, named = text) => button(t('copy'), async e => {
  await navigator.clipboard.writeText(text);
  const pressed = e.target;
  pressed.textContent = t('copied');
  setTimeout(() => { pressed.textContent = t('copy'); }, 1500);
}, { kind: 'small', label: `${t('copy')} ${named}` });

export const facts = pairs => h('dl.facts',
  pairs.filter(pair => pair && pair[1] !== null && pair[1] !== undefined && pair[1] !== '')
    .map(([name, value]) => h('div', h('dt', name), h('dd', value))));

/** columns: keys of their names, which each cell carries for narrow screens. */
export const table = (caption, columns, rows) => h('div.scroll', h('table', h('caption.hidden', caption),
  h('thead', h('tr', columns.map(c => h('th', { scope: 'col' }, t(c))))),
  h('tbody', rows.map(cells => h('tr', cells.map((cell, at) => h('td', { 'data-name': t(columns[at]) }, cell)))))));

/** One of the overview's cards stays where it is, and its buttons keep the focus: they are made anew only when the state changes. */
export function showCard(cards, part, name, label, content, state, actions) {
  let card = [...cards.children].find(c => c.dataset[part] === name);
  if (!card) {
    card = h('article.card', { [`data-${part}`]: name, 'aria-label': label }, h('div'), h('div.actions'));
    cards.append(card);
  }
  put(card.firstChild, content);
  if (may('operator') && card.lastChild.dataset.shown !== String(state)) {
    card.lastChild.dataset.shown = String(state);
    put(card.lastChild, actions());
  }
}

/** [[address, text, is it the one that is shown]] */
export const tabs = list => h('ul.tabs', list.map(([href, text, here]) => h('li', h('a', { href, 'aria-current': here ? 'true' : null }, text))));

export const messageOf = e => e instanceof ApiError
  ? e.status === 0 ? t('error.unreachable') : e.status === 403 && e.answer.needs ? t('error.role', { role: e.answer.needs }) : e.message
  : String(e?.message ?? e);

/** What may pass by itself is tried again by itself, unless somebody is about to press the button. */
export function errorBox(e, again) {
  const box = h('div.box.bad', { role: 'alert' },
    h('p', h('strong', t('error.title')), ' ', messageOf(e)),
    e?.answer?.traceId ? h('p.soft', t('error.trace', { id: e.answer.traceId })) : null,
    again ? button(t('again'), () => again()) : null);
  const passes = () => setTimeout(() => {
    if (!box.isConnected) return;
    if (document.hidden || box.contains(document.activeElement)) passes();
    else again();
  }, PASSES_IN);
  if (again && e?.isRead && [0, 502, 503, 504].includes(e.status)) passes();
  return box;
}

export const emptyBox = (title, more) => h('div.box.empty', h('p', h('strong', title)), more ? h('p', more) : null);

export const loading = () => h('p.soft', { 'aria-busy': 'true' }, t('loading'));

const lastFills = new WeakMap();

/**
 * Fills the element from what is fetched; tells when that fails, and never shows nothing as if all were well. What comes after the
 * element was filled anew is dropped: it answers an older question.
 */
export async function fill(element, fetcher, render) {
  const mine = {};
  lastFills.set(element, mine);
  const isLate = () => lastFills.get(element) !== mine;
  if (!element.hasChildNodes()) put(element, loading());
  try {
    const found = await fetcher();
    if (isLate()) return;
    const shown = await render(found);
    if (!isLate()) put(element, shown);
  } catch (e) {
    if (!isLate()) put(element, errorBox(e, () => fill(element, fetcher, render)));
  }
}

/** What difference() tells, a line each. */
export const changedLines = lines => lines.map(({ kind, text }) => h('span', { class: kind }, `${{ same: ' ', old: '-', new: '+' }[kind]} ${text}\n`));

/** A list that grows by pages. Gives what shows its first page anew. */
export function pages(element, ask, rowsOf, show, none) {
  let newest = 0;
  const shown = (look, rows, next) => rows.length === 0 && !next ? none()
    : [show(rows), next ? button(t('more'), doing(() => more(look, rows, next))) : null];
  const more = async (look, rows, cursor) => {
    const found = look === newest ? await ask(cursor) : null;
    if (look === newest) put(element, shown(look, [...rows, ...rowsOf(found)], found.next));
  };
  return () => {
    const look = ++newest;
    return fill(element, () => ask(), found => shown(look, rowsOf(found), found.next));
  };
}

/** One timer at most: a time that is set anew takes the place of the one before. */
export function timer(act) {
  let set;
  let over = false;
  return {
    set: ms => {
      clearTimeout(set);
      if (!over) set = setTimeout(act, ms);
    },
    end: () => {
      over = true;
      clearTimeout(set);
    },
  };
}

/** Looks again every so often, while somebody sees it and is not at work in it. Gives what ends that. */
export function every(ms, look, element) {
  const timer = setInterval(() => { if (!document.hidden && !element?.contains(document.activeElement)) look(); }, ms);
  return () => clearInterval(timer);
}

const toasts = h('div.toasts', { role: 'status', 'aria-live': 'polite' });
export const toastArea = () => toasts;

/** action: { text, act }, such as an undo. */
export function toast(text, { kind = 'good', action, seconds = 8 } = {}) {
  const close = () => one.remove();
  const one = h('div', { class: `toast ${kind}` }, h('span', text),
    action ? button(action.text, () => { close(); action.act(); }) : null,
    button('✕', close, { kind: 'plain', label: t('close') }));
  toasts.append(one);
  setTimeout(close, (action ? 20 : seconds) * 1000);
}

/** For a button: sends an order, says that it was taken, and looks again. */
export const ordering = (path, then, { query, said = t('done') } = {}) => doing(async () => {
  await post(path, undefined, query);
  toast(said);
  await then();
});

/** What an order to a job is called. */
export const jobOrder = name => t(name === 'cancel' ? 'cancel.rest' : name);

export const tellError = e => toast(messageOf(e), { kind: 'bad', seconds: 15 });

/**
 * A dialog over the page: the browser keeps the focus inside and gives it back. build(close) makes its content; resolves with
 * what close was given, null where it was dismissed.
 */
export function dialog(title, build) {
  return new Promise(done => {
    const close = value => {
      box.close();
      box.remove();
      done(value ?? null);
    };
    const id = `d${Math.trunc(performance.now() * 1000)}`;
    const box = h('dialog', { 'aria-labelledby': id, onCancel: e => { e.preventDefault(); close(null); } },
      h('header', h('h2', { id }, title), button('✕', () => close(null), { kind: 'plain', label: t('close') })));
    box.append(h('div.body', build(close)));
    document.body.append(box);
    box.showModal();
  });
}

/** Asks for a text; resolves with it, '' where none is given and none is required, or null. */
export const ask = (title, what, action, { label, kind = 'primary', required = true, input = h('textarea', { rows: 3, maxlength: 500 }) }) => dialog(title, close => {
  Object.assign(input, { required, autofocus: true });
  return h('form', { method: 'dialog', onSubmit: e => {
    e.preventDefault();
    const text = input.value.trim();
    if (text || !required) close(text);
  } }, h('p', what), field(label, input),
  h('div.actions', h('button', { type: 'submit', class: kind }, action), button(t('cancel'), () => close(null))));
});

const HOUR = { width: 240, height: 44, foot: 1 };

/** Steps of time, a bar each: what went well, and over it what did not. */
function stepBars(well, bad, label) {
  const most = Math.max(1, ...well, ...bad);
  const bars = values => values.map((value, n) => {
    if (!value) return '';
    const x = ((n + 0.5) * HOUR.width) / values.length;
    return `M${x.toFixed(1)} ${HOUR.height}V${(HOUR.height - HOUR.foot - (value * (HOUR.height - 4)) / most).toFixed(1)}`;
  }).join('');
  return s('svg', { viewBox: `0 0 ${HOUR.width} ${HOUR.height}`, class: 'hour', role: 'img', 'aria-label': label, preserveAspectRatio: 'none' },
    s('title', {}, label), s('path', { d: bars(well) || 'M0 0' }), s('path', { d: bars(bad) || 'M0 0', class: 'dead' }));
}

const total = list => list.reduce((n, v) => n + (v ?? 0), 0);

/** The last hour and the last day beside each other. names: of the two lists; what: of the texts that tell of them. */
export const pastBars = (past, names, what) => h('div.spans', [[past, 'hour', 1], [past?.day, 'day', 24]].map(([of, span, n]) => {
  const [well, bad] = names.map(name => of?.[name] ?? []);
  return h('div', stepBars(well, bad, t(`${what}.${span}`, { well: total(well), bad: total(bad), most: Math.max(0, ...well) })),
    h('span.soft', { 'aria-hidden': 'true' }, t('unit.h', { n })));
}));

/** By the last whole minute. */
export const perMinute = minutes => {
  const n = minutes?.at(-2) ?? null;
  return n === null ? '–' : t('per.minute', { n });
};

export const states = {
  open: 'warn', provisional: 'busy', claimed: 'busy', unknown: 'bad', discarded: 'off',
  planned: 'off', canary: 'busy', running: 'busy', paused: 'warn', stopped: 'bad', finished: 'good', cancelled: 'off',
  waiting: 'good', visiting: 'busy', 'standing-by': 'off',
};

export const stateBadge = (list, state) => badge(states[state] ?? 'off', word(list, state));

/** CSV and the like, saved as a file. */
function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const stamp = () => exact(new Date(now()).toISOString()).replace(/[^\d]/g, '').slice(0, 14);

/** A list as a file, as the filter is when it is asked for. Each choice is an order: the same form can be chosen again. */
export const exporter = (path, name, filter) => {
  const give = doing(async ({ target }) => {
    const format = target.value;
    target.value = '';
    save(await download(path, { format, filter }), `${name}-${stamp()}.${format}`);
  });
  return select('', [['', t('export')], ['csv', 'CSV'], ['json', 'JSON']], (_, event) => give(event), { 'aria-label': t('export') });
};
