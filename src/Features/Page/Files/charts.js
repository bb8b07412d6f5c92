// What came, waited, was replayed and how long Kafka took: over an hour, a day or three, as pictures and as tables.
import { address, get, settled } from './api.js';
import { h, put, s } from './dom.js';
import { count, exact, now, t, took, word } from './text.js';
import { emptyBox, errorBox, every, field, loading, select, table, tabs } from './ui.js';

const SPANS = ['1h', '24h', '72h'];
const REFRESH = 10_000;
const SIZE = { width: 480, height: 64, foot: 2 };

export function charts(route) {
  const span = SPANS.includes(route.query.get('span')) ? route.query.get('span') : SPANS[0];
  const by = route.query.get('by') === 'class' ? 'class' : 'category';
  const body = h('div.stack', loading());
  const chosen = (more = {}) => address('charts', { span, by, ...more });
  let over = false;
  const look = async () => {
    const [letters, times] = await Promise.all([get('/dlq/history', { span }), get('/pollers/latency', { span })].map(settled));
    if (over) return;
    const open = [...body.querySelectorAll('details')].map(table => table.open);
    put(body, letters.error ? errorBox(letters.error, look) : ofLetters(letters.value, by), times.error ? errorBox(times.error, look) : ofTimes(times.value));
    body.querySelectorAll('details').forEach((table, at) => { table.open = open[at] ?? false; });
  };
  look();
  const end = every(REFRESH, look, body);
  return { title: t('nav.charts'), leave: () => { over = true; end(); }, element: h('div', h('h1', t('nav.charts')),
    tabs(SPANS.map(one => [chosen({ span: one }), t(`charts.span.${one}`), one === span])),
    h('div.filters', field(t('charts.by'), select(by, [['category', t('filter.category')], ['class', t('filter.class')]], value => { location.hash = chosen({ by: value }); }))),
    body) };
}

function ofLetters(found, by) {
  const minutes = found.stepSeconds / 60;
  const came = merged(found.came, series => by === 'class' ? word('class', series.class) || t('charts.noclass') : word('category', series.category));
  const known = found.open.map(n => n === null ? null : 0);
  const tried = found.delivered.map((n, at) => n === null ? null : n + found.notDelivered[at]);
  const [all, well] = [total(tried), total(found.delivered)];
  return [
    since(found),
    chart(found, t('charts.came'), came.length ? came : [{ name: t('nav.letters'), values: known }], n => t('charts.each', { n: rate(n / minutes) })),
    chart(found, t('charts.open'), [{ name: t('charts.open'), values: found.open, line: true }]),
    ages(found.ages),
    chart(found, t('charts.replays'), [{ name: word('replayed', 'delivered'), values: found.delivered }, { name: word('replayed', 'failed'), values: found.notDelivered }], count,
      all ? t('charts.success', { share: rate((100 * well) / all), done: well, total: all }) : t('charts.noreplays')),
  ];
}

const ofTimes = found => chart(found, t('charts.latency'),
  found.items.flatMap(flow => ['p50Ms', 'p99Ms'].map(part => ({ name: `${word('flow', flow.name)} ${part.slice(0, 3)}`, values: flow[part], known: flow.published, line: true }))),
  ms => took(ms), t('charts.latency.what'));

/** What is counted in other processes too, or began later, is said: a gap is no zero. */
const since = found => Date.parse(found.since) > Date.parse(found.until) - found.stepSeconds * 1000 * found.open.length
  ? h('p.soft', t('charts.since', { time: exact(found.since) })) : null;

const total = values => values.reduce((n, v) => n + (v ?? 0), 0);

const rate = n => count(Math.round(n * 100) / 100);

/** Series of one name are added up. */
function merged(list, nameOf) {
  const byName = new Map();
  for (const series of list) {
    const name = nameOf(series);
    const sum = byName.get(name);
    byName.set(name, sum ? sum.map((n, at) => n === null ? null : n + series.came[at]) : series.came);
  }
  return [...byName].map(([name, values]) => ({ name, values }));
}

/** A row for each series, and all of it as a table. known: where it is not values, null of it marks what is not known. */
function chart(found, title, list, tell = count, more = null) {
  const start = at => new Date(Date.parse(found.until) - (list[0].values.length - at) * found.stepSeconds * 1000).toISOString();
  const told = (series, at) => (series.known ?? series.values)[at] === null ? t('charts.unknown') : series.values[at] === null ? '–' : tell(series.values[at]);
  if (list.length === 0) return null;
  const steps = list[0].values.map((_, at) => at);
  return h('section.card.chart', h('h2', title), more ? h('p.soft', more) : null,
    list.map(series => {
      const values = series.values.filter(n => n !== null);
      const most = Math.max(0, ...values);
      const label = t('charts.label', { name: series.name, most: values.length ? tell(most) : '–', last: told(series, steps.length - 1), unknown: (series.known ?? series.values).filter(n => n === null).length, steps: steps.length });
      return h('div.series', h('span', series.name), picture(series, most, label), h('span.soft', values.length ? t('charts.most', { n: tell(most) }) : '–'));
    }),
    h('p.soft.ends', h('span', exact(start(0))), h('span', exact(new Date(now()).toISOString()))),
    h('details', h('summary', t('charts.table')), scrolled(title, table(title, ['charts.at', ...list.map(series => series.name)],
      steps.map(at => [exact(start(at)), ...list.map(series => told(series, at))])))));
}

/** By the keyboard too. */
function scrolled(title, shown) {
  shown.tabIndex = 0;
  shown.setAttribute('role', 'region');
  shown.setAttribute('aria-label', title);
  return shown;
}

/** Bars from the foot, or a line; grey where nothing is known. */
function picture({ values, known = values, line }, most, label) {
  const { width, height, foot } = SIZE;
  const step = width / values.length;
  const y = value => (height - foot - (value * (height - foot - 4)) / (most || 1)).toFixed(1);
  const draw = line
    ? values.map((n, at) => n === null ? '' : `${values[at - 1] === null || at === 0 ? 'M' : 'L'}${(at * step).toFixed(1)} ${y(n)}H${((at + 1) * step).toFixed(1)}`).join('')
    : values.map((n, at) => n ? `M${((at + 0.5) * step).toFixed(1)} ${height - foot}V${y(n)}` : '').join('');
  const gaps = known.map((n, at) => n === null ? `M${(at * step).toFixed(1)} 0h${step.toFixed(1)}v${height}h-${step.toFixed(1)}z` : '').join('');
  return s('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, preserveAspectRatio: 'none' },
    s('title', {}, label), s('path', { d: gaps || 'M0 0', class: 'gap' }),
    s('path', { d: draw || 'M0 0', class: line ? 'line' : 'bars', 'stroke-width': line ? 2 : Math.max(1, step * 0.7) }));
}

function ages(list) {
  const most = Math.max(1, ...list.map(age => age.count));
  const name = age => age.toHours === null ? t('charts.age.over', { from: age.fromHours }) : t('charts.age', { from: age.fromHours, to: age.toHours });
  return h('section.card.chart', h('h2', t('charts.ages')),
    total(list.map(age => age.count)) === 0 ? emptyBox(t('letters.none')) : list.map(age => h('div.series', h('span', name(age)),
      h('progress', { max: most, value: age.count, 'aria-label': name(age) }), h('span', count(age.count)))));
}
