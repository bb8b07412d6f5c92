// Keys without a modifier, off while somebody types and where the settings say so (WCAG 2.1.4).
import { h } from './dom.js';
import { settings } from './settings.js';
import { t } from './text.js';
import { dialog } from './ui.js';

/** After g: [the view, its name]. */
const GO = {
  o: ['', 'nav.overview'], g: ['letters', 'nav.letters'], l: ['letters/list', 'letters.list'], p: ['operations', 'nav.operations'], c: ['charts', 'nav.charts'],
  b: ['broker', 'nav.broker'], s: ['streams', 'nav.streams'], k: ['links', 'nav.links'], t: ['settings', 'nav.settings'],
};

let view = {};
let waitsForSecond = false;

/** What keys mean in the view that is shown: { j: act, ... }. */
export const setKeys = keys => { view = keys ?? {}; };

export function startKeys() {
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, textarea, select, dialog') || document.querySelector('dialog[open]')) return;
    if (!settings.shortcuts) return;
    const act = meaning(event.key);
    if (!act) return;
    event.preventDefault();
    act(event);
  });
}

function meaning(key) {
  if (waitsForSecond) {
    waitsForSecond = false;
    return GO[key] ? () => { location.hash = `#/${GO[key][0]}`; } : null;
  }
  if (key === 'g') {
    return () => {
      waitsForSecond = true;
      setTimeout(() => { waitsForSecond = false; }, 1500);
    };
  }
  if (key === '/') return () => document.querySelector('#search').focus();
  if (key === '?') return showKeys;
  return view[key];
}

export const showKeys = () => dialog(t('keys.title'), () => [h('dl.keys',
  [['/', 'keys.search'], ['j k', 'keys.move'], ['Enter', 'keys.open'], ['x', 'keys.select'], ['Shift x', 'keys.range'],
    ['r', 'action.replay'], ['h', 'action.hold'], ...Object.entries(GO).map(([key, [, name]]) => [`g ${key}`, name]), ['?', 'keys.title'], ['Esc', 'keys.close']]
    .map(([keys, key]) => h('div', h('dt', keys.split(' ').map(k => h('kbd', k))), h('dd', t(key))))),
  h('p.soft', t('keys.off'))]);
