// Keys without a modifier, off while somebody types and where the settings say so (WCAG 2.1.4).
import { h } from './dom.js';
import { settings } from './settings.js';
import { t } from './text.js';
import { dialog } from './ui.js';

const GO = { o: '#/', g: '#/letters', l: '#/letters/list', p: '#/operations', b: '#/broker', s: '#/streams', k: '#/links', t: '#/settings' };

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
    return GO[key] ? () => { location.hash = GO[key]; } : null;
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

export const showKeys = () => dialog(t('keys.title'), () => [h('dl', { class: 'keys' },
  [['/', 'keys.search'], ['j k', 'keys.move'], ['Enter', 'keys.open'], ['x', 'keys.select'], ['Shift x', 'keys.range'],
    ['r', 'keys.replay'], ['h', 'keys.hold'], ['g o', 'nav.overview'], ['g g', 'nav.letters'], ['g l', 'letters.list'],
    ['g p', 'nav.operations'], ['g b', 'nav.broker'], ['g s', 'nav.streams'], ['g k', 'nav.links'], ['g t', 'nav.settings'], ['?', 'keys.title'], ['Esc', 'keys.close']]
    .map(([keys, key]) => h('div', {}, h('dt', {}, keys.split(' ').map(k => h('kbd', {}, k))), h('dd', {}, t(key))))),
  h('p', { class: 'soft' }, t('keys.off'))]);
