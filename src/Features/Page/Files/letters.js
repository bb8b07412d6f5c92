// Dead letters: what went wrong, by cause; and the list.
import { addressOf, filterBar, filterOf } from './filters.js';
import { groups } from './groups.js';
import { list } from './list.js';
import { savedViews } from './views.js';
import { h, put } from './dom.js';
import { t } from './text.js';
import { tabs } from './ui.js';

export function letters(route) {
  const tab = route.path[1] === 'list' ? 'list' : '';
  const body = h('div');
  const views = h('div.views');
  const element = h('div', h('h1', t('nav.letters')), h('div'), h('div'), body);
  const view = { title: t('nav.letters'), element, leave: () => inner.leave?.() };
  let inner = {};
  const enter = query => {
    inner.leave?.();
    const filter = filterOf(query, tab);
    put(element.children[1], tabs([['', 'letters.groups'], ['list', 'letters.list']].map(([id, key]) => [addressOf(id, filter), t(key), id === tab])));
    savedViews(views, addressOf(tab, filter));
    inner = (tab === 'list' ? list : groups)(filter, query, enter);
    put(body, inner.element);
    view.keys = Object.fromEntries(['j', 'k', 'x', 'X', 'r', 'h'].map(key => [key, e => inner.keys?.[key]?.(e)]));
  };
  // The address follows the filter without a step back for each key that is typed.
  const bar = filter => put(element.children[2], filterBar(filter, next => {
    history.replaceState(null, '', addressOf(tab, next));
    if (JSON.stringify({ ...next, text: '' }) !== JSON.stringify({ ...filterOf(current, tab), text: '' })) bar(next);
    current = new URLSearchParams(next);
    enter(current);
  }, views, tab));
  let current = route.query;
  bar(filterOf(route.query, tab));
  enter(route.query);
  view.update = (mark, before) => {
    if (before && mark.letters && mark.letters.version !== before.letters?.version) inner.changed?.();
  };
  return view;
}
