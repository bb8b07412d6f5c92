// What a letter or an event holds: readable, raw or by bytes, searched and folded. Masked until somebody says why it should not be.
import { h, put } from './dom.js';
import { bytesOfBase64, hex, HEX_LIMIT } from './hex.js';
import { difference, pretty } from './json.js';
import { bytes, t } from './text.js';
import { ask, badge, button, changedLines, copyButton, may, tellError } from './ui.js';

/** Longer ones are shown in one piece, and of many hits the first are marked: each is an element of the page. */
const FOLD_LIMIT = 3000;
const HIT_LIMIT = 500;

/**
 * A section that stays the same element. show(held) where held is { item, original, base64, note, masked }, raw texts; unmask(reason)
 * resolves with the same, unmasked. close() forgets what was unmasked.
 */
export function payloadView(unmask) {
  const element = h('section.holds');
  const find = h('input', { type: 'search', autocomplete: 'off', placeholder: t('payload.search'), 'aria-label': t('payload.search'),
    onInput: () => render(), onKeydown: e => { if (e.key === 'Enter') next(e.shiftKey ? -1 : 1); } });
  const hits = h('span.soft', { 'aria-live': 'polite' });
  const text = h('div.payload', { tabindex: '0', role: 'region', 'aria-label': t('payload') });
  let masked = null;
  let open = null;
  let way = null;
  let at = -1;

  const ways = held => {
    const { item, original, base64 } = held;
    const dump = () => {
      const all = base64 ? bytesOfBase64(base64) : new TextEncoder().encode(item);
      return hex(all) + (all.length > HEX_LIMIT ? `\n${t('payload.cut', { size: bytes(HEX_LIMIT), of: bytes(all.length) })}` : '');
    };
    return [...base64 ? [['raw', () => base64]] : [['pretty', () => pretty(item)], ['raw', () => item]], ['hex', dump],
      ...original ? [['diff', () => changedLines(difference(pretty(original), pretty(item)))]] : []];
  };

  const render = () => {
    const shown = ways(open ?? masked).find(([id]) => id === way)[1]();
    const needle = find.value.trim().toLowerCase();
    at = -1;
    if (typeof shown !== 'string') return void put(text, shown);
    const mark = marker(needle);
    put(text, way === 'pretty' ? folds(shown.split('\n'), mark) : mark(shown));
    put(hits, needle ? t('payload.hits', { n: mark.found() }) : null);
  };

  const next = by => {
    const all = [...text.querySelectorAll('mark')];
    if (all.length === 0) return;
    all[at]?.classList.remove('here');
    at = (at + by + all.length) % all.length;
    all[at].classList.add('here');
    for (let fold = all[at].closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
    all[at].scrollIntoView({ block: 'nearest' });
  };

  const draw = () => {
    const held = open ?? masked;
    // Of an event nothing is given while it is masked: there is nothing to search or copy.
    if (held.masked && !held.item && !held.base64) return void put(element, h('h2', t('payload')), mask(held));
    const all = ways(held);
    way = all.some(([id]) => id === way) ? way : all[0][0];
    const pick = ([id]) => button(t(`payload.${id}`), e => {
      for (const one of e.currentTarget.parentNode.children) one.setAttribute('aria-pressed', String(one === e.currentTarget));
      way = id;
      render();
    }, { kind: 'small' });
    const choices = h('div.choices', { role: 'group', 'aria-label': t('payload') }, all.map(pick));
    choices.children[all.findIndex(([id]) => id === way)].setAttribute('aria-pressed', 'true');
    put(element, h('h2', t('payload')), mask(held), held.note ? h('p.soft', t('payload.base64')) : null,
      h('div.row', choices, copyButton(held.base64 ?? held.item, t('payload')), button(t('payload.fold'), fold, { kind: 'small' }), find, hits), text);
    render();
  };

  /** All but the outermost, or all open again. */
  const fold = () => {
    const all = [...text.querySelectorAll('details details')];
    const toOpen = all.every(one => !one.open);
    for (const one of all) one.open = toOpen;
  };

  const mask = held => {
    if (open) return h('div.box.warn', badge('warn', t('unmasked')), button(t('unmask.end'), close, { kind: 'small' }));
    if (!held.masked) return null;
    return h('div.box', badge('off', t(may('payload') ? 'masked.reason' : 'masked.role')),
      may('payload') ? button(t('unmask'), () => reveal().catch(tellError)) : null);
  };

  async function reveal() {
    const reason = await ask(t('unmask'), t('unmask.what'), t('unmask'), { label: t('reason') });
    if (reason === null) return;
    const found = await unmask(reason);
    if (!element.isConnected) return;
    open = found;
    draw();
    text.focus();
  }

  function close() {
    open = null;
    if (masked && element.isConnected) draw();
  }

  return {
    element, close,
    show: held => {
      if (JSON.stringify(held) === JSON.stringify(masked)) return;
      masked = held;
      open = null;
      draw();
    },
  };
}

/** Makes nodes of a text in which each hit is marked. */
function marker(needle) {
  let n = 0;
  const mark = text => {
    if (!needle || n >= HIT_LIMIT) return [text];
    const nodes = [];
    const low = text.toLowerCase();
    let from = 0;
    for (let hit = low.indexOf(needle); hit >= 0 && n < HIT_LIMIT; hit = low.indexOf(needle, from)) {
      nodes.push(text.slice(from, hit), h('mark', text.slice(hit, hit + needle.length)));
      from = hit + needle.length;
      n++;
    }
    return [...nodes, text.slice(from)];
  };
  mark.found = () => n;
  return mark;
}

/** Lines of readable JSON, each object and each array a part that folds. */
function folds(lines, mark) {
  if (lines.length > FOLD_LIMIT) return mark(lines.join('\n'));
  let at = 0;
  const some = () => {
    const nodes = [];
    while (at < lines.length && !/^\s*[}\]]/.test(lines[at])) {
      const line = lines[at++];
      if (/[{[]$/.test(line)) nodes.push(h('details', { open: true }, h('summary', mark(line)), some()), at < lines.length ? h('div', mark(lines[at++])) : null);
      else nodes.push(h('div', mark(line)));
    }
    return nodes;
  };
  const nodes = some();
  return at < lines.length ? mark(lines.join('\n')) : nodes;
}
