// Letters by cause: the default, for what befell many is repaired once.
import { get } from './api.js';
import { h, put } from './dom.js';
import { addressOf } from './filters.js';
import { actOnAll } from './actions.js';
import { planReplay } from './plan.js';
import { count, left, since, t, word } from './text.js';
import { badge, button, doing, emptyBox, fill, may } from './ui.js';

const AT_ONCE = 50;

export function groups(filter) {
  const element = h('div', {});
  let shown = AT_ONCE;
  let busy = false;
  let again = false;
  const look = async () => {
    if (busy) return void (again = true);
    busy = true;
    await fill(element, () => get('/dlq/groups', filter), found => render(found.groups));
    busy = false;
    if (again) {
      again = false;
      setTimeout(look, 1000);
    }
  };
  const render = found => found.length === 0
    ? emptyBox(Object.keys(filter).length ? t('letters.nomatch') : t('letters.none'), Object.keys(filter).length ? null : t('letters.none.more'))
    : [
      h('p', { class: 'soft' }, t('groups.count', { n: found.length }), ' · ', t('letters.count', { n: found.reduce((n, g) => n + g.count, 0) })),
      h('ul', { class: 'groups' }, found.slice(0, shown).map(group => one(group, filter))),
      found.length > shown ? button(t('more'), () => { shown += AT_ONCE; put(element, render(found)); }) : null,
    ];
  look();
  // While somebody is at a group, it stays where it is: the pointer or the keyboard is on it.
  return { element, changed: () => { if (!element.contains(document.activeElement) && !element.matches(':hover')) look(); }, keys: moves(element) };
}

function one(group, filter) {
  const here = { ...filter, group: group.id };
  return h('li', { class: 'group card' },
    h('div', { class: 'count' }, count(group.count)),
    h('div', { class: 'cause' },
      h('h2', {}, h('a', { href: addressOf('list', here) }, group.cause || t('cause.none'))),
      h('p', { class: 'soft' }, [word('category', group.category), word('stage', group.stage), group.class ? word('class', group.class) : null].filter(x => x).join(' · '),
        ' · ', t('seen', {}), ' ', since(group.firstSeen), ' – ', since(group.lastSeen)),
      h('p', { class: 'soft' }, t('groups.sample'), ' ', h('a', { href: `#/letter?${new URLSearchParams({ key: group.sample })}` }, group.sample))),
    h('div', { class: 'expiry' }, h('span', { class: 'soft' }, t('groups.expiry')), left(group.soonestExpiry)),
    may('operator') ? h('div', { class: 'actions' },
      button(t('replay.group'), () => planReplay({ filter: here }), { kind: 'primary' }),
      button(t('hold'), doing(() => actOnAll('hold', here))),
      button(t('discard'), doing(() => actOnAll('discard', here)))) : badge('off', t('readonly')));
}

function moves(element) {
  const step = by => {
    const all = [...element.querySelectorAll('h2 a')];
    const at = all.indexOf(document.activeElement);
    all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
  };
  const press = n => document.activeElement?.closest('.group')?.querySelectorAll('.actions button')[n]?.click();
  return { j: () => step(1), k: () => step(-1), r: () => press(0), h: () => press(1) };
}
