// The frame: who is looking, where to go, what the stream of changes says; and the view that the address names.
import { address, session, signIn, signOut, whenSignedOut } from './api.js';
import { broker } from './broker.js';
import { charts } from './charts.js';
import { h, put } from './dom.js';
import { edit } from './edit.js';
import { audit, tombstones } from './gone.js';
import { setKeys, showKeys, startKeys } from './keys.js';
import { letter } from './letter.js';
import { letters } from './letters.js';
import { links } from './links.js';
import * as live from './live.js';
import { operations } from './operations.js';
import { overview } from './overview.js';
import { applyTheme, change, settings } from './settings.js';
import { settingsView } from './settingsView.js';
import { streams } from './streams.js';
import { ago, exact, loadText, now, setServerTime, startClock, t } from './text.js';
import { badge, button, doing, errorBox, field, may, messageOf, setMe, toastArea, whoAmI } from './ui.js';

const VIEWS = {
  '': overview, charts, letters, letter, edit, operations, gone: tombstones, audit, broker, streams, links, settings: settingsView,
};

const NAV = [
  ['', 'nav.overview'], ['letters', 'nav.letters', 'relay'], ['charts', 'nav.charts', 'relay'], ['operations', 'nav.operations', 'relay'], ['gone', 'nav.gone', 'relay'],
  ['broker', 'nav.broker', 'broker'], ['links', 'nav.links', 'broker'], ['streams', 'nav.streams', 'streams'],
  ['audit', 'nav.audit', 'audit'], ['settings', 'nav.settings'],
];

const app = document.getElementById('app');
const main = h('main', { id: 'main', tabindex: '-1' });
const news = h('div.news', { role: 'status' });
const pulse = h('span.pulse');
let shown = null;
/** Which of the views that are not always there are there. */
let parts = {};

const isThere = path => !NAV.some(([name, , part]) => name === path && part && !parts[part]) && (path !== 'letter' && path !== 'edit' || parts.relay);

applyTheme();
start();

async function start() {
  try {
    await loadText();
    const who = await session();
    setServerTime(who.now);
    setMe(who);
    startClock();
    startKeys();
    whenSignedOut(() => { if (whoAmI().name !== null) showSignIn(t('signin.over')); });
    live.listen(showNews);
    addEventListener('hashchange', show);
    addEventListener('resize', scrollStrip);
    const came = new URLSearchParams(location.search).get('signin');
    if (came) history.replaceState(null, '', '/');
    if (who.name === null) showSignIn(came ? t(came === 'norole' ? 'signin.norole' : 'signin.failed') : null);
    else enter();
  } catch (e) {
    put(app, h('main', h('h1', 'Hobom.Slices'), errorBox(e, () => location.reload())));
  }
}

function enter() {
  parts = { audit: may('auditor'), ...Object.fromEntries(whoAmI().parts.map(name => [name, true])) };
  frame();
  live.start();
  show();
}

function frame() {
  const here = location.hash.slice(2).split(/[/?]/)[0];
  const nav = h('nav', { 'aria-label': t('nav.label') }, h('ul', NAV.filter(([path]) => isThere(path)).map(([path, key]) =>
    h('li', h('a', { href: `#/${path}`, 'aria-current': here === path ? 'page' : null }, t(key))))));
  const sought = t(parts.relay ? 'search' : 'search.event');
  const search = h('form', { role: 'search', class: 'search', onSubmit: e => {
    e.preventDefault();
    const text = e.target.elements.q.value.trim();
    if (text) location.hash = parts.relay ? address('letters/list', { text, find: 1 }) : address('broker', { id: text });
  } }, h('input', { id: 'search', name: 'q', type: 'search', placeholder: sought, 'aria-label': sought, autocomplete: 'off' }));
  const who = whoAmI();
  const top = h('header.top',
    h('a.skip', { href: '#main', onClick: e => { e.preventDefault(); main.focus(); } }, t('skip')),
    h('a.brand', { href: '#/' }, 'Hobom.Slices'), search,
    h('div.who', pulse, h('span.name', { title: who.roles.join(', ') }, who.name),
      button('?', showKeys, { kind: 'plain', label: t('keys.title') }),
      button(settings.theme === 'dark' ? '☾' : settings.theme === 'light' ? '☀' : '◐', nextTheme,
        { kind: 'plain', label: t('theme.button', { theme: t(`theme.${settings.theme}`) }) }),
      who.signedIn ? button(t('signout'), doing(async () => {
        await signOut();
        live.stop();
        location.reload();
      })) : null));
  const focused = document.activeElement?.id;
  put(app, top, h('div.columns', nav, h('div.content', news, main)), toastArea());
  if (focused === 'search') document.getElementById('search').focus();
}

function nextTheme() {
  change('theme', { auto: 'light', light: 'dark', dark: 'auto' }[settings.theme]);
  frame();
}

/** The address: #/view/more/parts?query. */
function routeOf(hash) {
  const [path, query] = hash.replace(/^#\/?/, '').split('?', 2);
  return { path: path.split('/'), query: new URLSearchParams(query ?? '') };
}

async function show() {
  if (whoAmI().name === null) return;
  const route = routeOf(location.hash);
  const same = shown && shown.route.path[0] === route.path[0];
  shown?.view.leave?.();
  const build = isThere(route.path[0]) ? VIEWS[route.path[0]] ?? notThere : notThere;
  const view = build(route);
  shown = { route, view };
  document.title = `${view.title} · Hobom.Slices`;
  setKeys(view.keys);
  put(main, view.element);
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === `#/${route.path[0]}`) {
      link.setAttribute('aria-current', 'page');
    } else link.removeAttribute('aria-current');
  }
  scrollStrip();
  if (!same) scrollTo(0, 0);
  if (!main.contains(document.activeElement) && document.activeElement?.id !== 'search') main.focus({ preventScroll: true });
}

/** On a phone the views are a strip that scrolls. */
function scrollStrip() {
  const link = document.querySelector('nav a[aria-current]');
  const strip = link?.closest('nav');
  if (strip) strip.scrollLeft = link.offsetLeft - (strip.clientWidth - link.offsetWidth) / 2;
}

const notThere = () => ({ title: t('notfound'), element: h('div', h('h1', t('notfound')), h('p', h('a', { href: '#/' }, t('nav.overview')))) });

const REDIS_AWAY = 8000;

function showNews(mark, before) {
  const lines = [];
  if (mark.stale) lines.push(h('div.box.bad', t('stale', { time: exact(mark.stale) })));
  else if (mark.letters && !mark.letters.loaded) lines.push(h('div.box.warn', t('letters.loading')));
  else if (mark.letters && now() - Date.parse(mark.letters.asOf) > REDIS_AWAY) {
    lines.push(h('div.box.bad', t('redis.away', { time: exact(mark.letters.asOf), ago: ago(mark.letters.asOf) })));
  }
  const text = lines.map(line => line.textContent).join();
  if (news.textContent !== text) put(news, lines);
  const state = mark.stale ? ['bad', t('live.stale')] : ['good', t('live.on')];
  if (pulse.dataset.state !== state[0]) {
    pulse.dataset.state = state[0];
    put(pulse, badge(...state));
  }
  shown?.view.update?.(mark, before);
}

function showSignIn(why) {
  live.stop();
  shown?.view.leave?.();
  shown = null;
  for (const open of document.querySelectorAll('dialog')) open.dispatchEvent(new Event('cancel'));
  const ways = whoAmI().ways ?? ['key'];
  setMe({ ...whoAmI(), name: null, roles: [] });
  const key = h('input', { type: 'password', name: 'key', autocomplete: 'current-password', required: true });
  const said = h('div', { role: 'alert' }, why ? h('p', why) : null);
  const form = h('form.signin', { onSubmit: async e => {
    e.preventDefault();
    const go = e.target.querySelector('[type=submit]');
    go.disabled = true;
    try {
      await signIn(key.value);
      const who = await session();
      if (who.name === null) throw new Error(t('signin.nocookie'));
      setMe(who);
      enter();
    } catch (failure) {
      put(said, h('p.box.bad', failure.status === 401 ? t('signin.wrong') : messageOf(failure)));
    } finally {
      go.disabled = false;
    }
  } }, h('h1', 'Hobom.Slices'), h('p', t('signin.what')), said,
  ways.includes('oidc') ? h('p', h('a.button.primary', { href: '/session/oidc' }, t('signin.oidc'))) : null,
  ways.includes('key') ? [h('input', { type: 'text', name: 'username', autocomplete: 'username', value: 'key', hidden: true }), field(t('signin.key'), key, t('signin.hint')), h('button', { type: 'submit', class: 'primary' }, t('signin'))] : null);
  put(app, h('main.door', form));
  document.title = `${t('signin')} · Hobom.Slices`;
  key.focus();
}

