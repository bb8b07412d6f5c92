// All words come from en.json and ko.json; numbers and times are written as the language does.
import { h } from './dom.js';
import { language, settings } from './settings.js';

let words = {};
let plural, number, relative;
let ahead = 0;

export async function loadText() {
  const name = language();
  const answer = await fetch(new URL(`./${name}.json`, import.meta.url));
  words = await answer.json();
  document.documentElement.lang = name;
  plural = new Intl.PluralRules(name);
  number = new Intl.NumberFormat(name);
  relative = new Intl.RelativeTimeFormat(name, { numeric: 'auto', style: 'short' });
}

/** The text of a key with {names} filled in; where it has forms, {n} chooses. */
export function t(key, values = {}) {
  const found = words[key] ?? key;
  const text = typeof found === 'string' ? found : found[plural.select(values.n)] ?? found.other;
  return text.replace(/\{(\w+)\}/g, (mark, name) => {
    const value = values[name];
    return value === undefined ? mark : typeof value === 'number' ? count(value) : value;
  });
}

/** A word of a closed list, or the word itself where the list has grown since. */
export const word = (list, value) => value === null || value === undefined ? '' : words[`${list}.${value}`] ?? String(value);

export const count = value => value === null || value === undefined ? '–' : number.format(value);

export function bytes(value) {
  return value < 1024 ? t('bytes', { n: value }) : value < 1048576 ? `${number.format(Math.round(value / 102.4) / 10)} KiB`
    : `${number.format(Math.round(value / 104857.6) / 10)} MiB`;
}

/** The server's clock; expiry is counted by it and not by this machine's. */
export const now = () => Date.now() + ahead;
export const setServerTime = iso => { ahead = Date.parse(iso) - Date.now(); };

export function exact(iso) {
  const at = new Date(iso);
  if (settings.utc) return `${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
  const two = n => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `
    + `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** The name of the zone that exact() tells and instant() takes. */
export const zone = () => settings.utc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Of what somebody has typed into an input for a local time. */
export const instant = local => new Date(settings.utc ? `${local}Z` : local).toISOString();

export function ago(iso) {
  const seconds = (Date.parse(iso) - now()) / 1000;
  const size = Math.abs(seconds);
  return size < 60 ? relative.format(Math.round(seconds), 'second')
    : size < 3600 ? relative.format(Math.round(seconds / 60), 'minute')
    : size < 172800 ? relative.format(Math.round(seconds / 3600), 'hour')
    : relative.format(Math.round(seconds / 86400), 'day');
}

/** 2 d 3 h, 5 h 12 min, 4 min 32 s. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [[86400, 'unit.d'], [3600, 'unit.h'], [60, 'unit.min'], [1, 'unit.s']];
  const first = parts.findIndex(([size]) => whole >= size);
  if (first < 0) return t('unit.s', { n: 0 });
  return parts.slice(first, first + 2).map(([size, unit], at) => {
    const n = Math.floor(at === 0 ? whole / size : (whole % parts[first][0]) / size);
    return at > 0 && n === 0 ? '' : t(unit, { n });
  }).filter(text => text).join(' ');
}

export const took = ms => ms < 1000 ? t('unit.ms', { n: Math.round(ms) }) : t('unit.s', { n: Math.round(ms / 100) / 10 });

export const since = iso => iso
  ? h('time', { datetime: iso, title: exact(iso), 'data-since': iso }, ago(iso))
  : '–';

/** Counts down by itself, by the server's clock. */
export function left(iso) {
  if (!iso) return h('span.mark.held', t('held'));
  const bar = h('span.left', { 'data-until': iso, title: exact(iso) }, h('span.bar', h('span')), h('span'));
  tickOne(bar);
  return bar;
}

const LIFE = 72 * 3600;

function tickOne(element) {
  const seconds = (Date.parse(element.dataset.until) - now()) / 1000;
  const text = seconds <= 0 ? t('expired') : span(seconds);
  if (element.lastChild.textContent !== text) element.lastChild.textContent = text;
  element.firstChild.firstChild.style.setProperty('width', `${Math.max(0, Math.min(100, (100 * seconds) / LIFE))}%`);
  element.classList.toggle('urgent', seconds <= 6 * 3600);
}

export function startClock() {
  setInterval(() => {
    for (const element of document.querySelectorAll('[data-until]')) tickOne(element);
    for (const element of document.querySelectorAll('[data-since]')) {
      const text = ago(element.dataset.since);
      if (element.textContent !== text) element.textContent = text;
    }
  }, 1000);
}
