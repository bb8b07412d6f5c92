// Links of an entity, both ways: what it leads to, and what leads to it. Each end is one click from being looked at itself.
import { address, get } from './api.js';
import { h, put } from './dom.js';
import { count, exact, since, t, word } from './text.js';
import { choice, emptyBox, field, loading, pages, table } from './ui.js';

const PAGE = 50;
const TYPES = ['reference', 'cascade', 'aggregate_root'];
const NAMES = ['module', 'entity_type', 'entity_id', 'link_type'];

export function links(route) {
  const asked = Object.fromEntries(NAMES.map(name => [name, route.query.get(name) ?? '']));
  const body = h('div.stack');
  if (asked.module && asked.entity_type && asked.entity_id) showEntity(body, asked);
  else showAll(body, asked);
  return { title: t('nav.links'), element: h('div', h('h1', t('nav.links')), h('div.stack', h('p.soft', t('links.what')), form(asked), body)) };
}

function form(asked) {
  const input = name => h('input', { name, value: asked[name], autocomplete: 'off' });
  const inputs = { module: input('module'), entity_type: input('entity_type'), entity_id: input('entity_id') };
  const said = h('p.hint', { role: 'status' });
  const type = choice(asked.link_type, 'link', TYPES, () => go(), { name: 'link_type' });
  const go = () => {
    const given = Object.fromEntries(NAMES.map(name => [name, name === 'link_type' ? type.value : inputs[name].value.trim()]));
    const lacks = (given.entity_type && !given.module) || (given.entity_id && !given.entity_type);
    put(said, lacks ? t('links.lacks') : null);
    if (!lacks) location.hash = address('links', given);
  };
  return h('form.filters', { role: 'search', 'aria-label': t('filter.label'), onSubmit: e => { e.preventDefault(); go(); } },
    field(t('links.module'), inputs.module), field(t('links.type'), inputs.entity_type), field(t('links.id'), inputs.entity_id),
    field(t('links.kind'), type), h('button', { type: 'submit', class: 'primary' }, t('show')), said);
}

/** One entity: two columns, with the entity between them in the address. */
function showEntity(body, asked) {
  const end = prefix => ({ [`${prefix}module`]: asked.module, [`${prefix}entity_type`]: asked.entity_type, [`${prefix}entity_id`]: asked.entity_id, link_type: asked.link_type });
  put(body, h('h2.entity', name(asked)), h('div.two',
    side('links.to', 'links.to.none', end('source_'), 'target_'), side('links.from', 'links.from.none', end('target_'), 'source_')));
}

function side(title, none, filter, other) {
  const total = h('span.soft');
  const found = h('div', loading());
  get('/links/count', filter).then(answer => put(total, count(answer.count)), () => {});
  pagesOf(found, filter, rows => h('ul.ends', rows.map(link => one(link, other))), () => emptyBox(t(none)));
  return h('section', { 'aria-label': t(title) }, h('h2', t(title), ' ', total), found);
}

function one(link, prefix) {
  return h('li', toEntity(endOf(link, prefix)), ' ', h('span.soft', word('link', link.link_type), ' · ', since(link.created_at)),
    link.metadata ? h('code.meta', JSON.stringify(link.metadata)) : null);
}

/** Of a module, of a type, or all there are. */
const showAll = (body, asked) => pagesOf(body, asked, rows => table(t('nav.links'), ['links.source', 'links.kind', 'links.target', 'broker.created'],
  rows.map(link => [toEntity(endOf(link, 'source_')), word('link', link.link_type), toEntity(endOf(link, 'target_')), exact(link.created_at)])),
() => NAMES.some(key => asked[key]) ? emptyBox(t('links.nomatch')) : emptyBox(t('links.none'), t('links.none.more')));

const pagesOf = (element, filter, show, none) => pages(element, cursor => get('/links', { ...filter, limit: PAGE, cursor }), page => page.links, show, none)();

const toEntity = end => h('a', { href: address('links', end) }, name(end));
const endOf = (link, prefix) => ({ module: link[`${prefix}module`], entity_type: link[`${prefix}entity_type`], entity_id: link[`${prefix}entity_id`] });
const name = end => [end.module, end.entity_type, end.entity_id].join(' / ');
