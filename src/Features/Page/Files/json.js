// JSON as text. Nothing is parsed into numbers, so that what is shown and edited is what was written, digit by digit.

/** The raw text of a member of the outermost object; null where there is none. */
export function member(text, name) {
  let at = skip(text, 0) + 1;
  while ((at = skip(text, at)) < text.length && text[at] !== '}') {
    const end = endOf(text, at);
    const key = JSON.parse(text.slice(at, end));
    const from = skip(text, skip(text, end) + 1);
    const to = endOf(text, from);
    if (key === name) return text.slice(from, to);
    at = skip(text, to);
    if (text[at] === ',') at++;
  }
  return null;
}

/** The raw texts of the elements of the outermost array. */
export function elements(text) {
  const found = [];
  for (let at = skip(text, skip(text, 0) + 1); at < text.length && text[at] !== ']';) {
    const end = endOf(text, at);
    found.push(text.slice(at, end));
    at = skip(text, end);
    if (text[at] === ',') at = skip(text, at + 1);
  }
  return found;
}

/** With two spaces for each level. What is no JSON stays as it is. */
export function pretty(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  let out = '';
  const line = () => `\n${'  '.repeat(depth)}`;
  for (let at = skip(text, 0); at < text.length; at = skip(text, at)) {
    const c = text[at];
    if (c === '"') {
      const end = endOfString(text, at);
      out += text.slice(at, end);
      at = end;
    } else if (c === '{' || c === '[') {
      const next = skip(text, at + 1);
      if (text[next] === '}' || text[next] === ']') {
        out += c + text[next];
        at = next + 1;
      } else {
        depth++;
        out += c + line();
        at++;
      }
    } else if (c === '}' || c === ']') {
      depth--;
      out += line() + c;
      at++;
    } else if (c === ',') {
      out += c + line();
      at++;
    } else if (c === ':') {
      out += ': ';
      at++;
    } else {
      const end = endOf(text, at);
      out += text.slice(at, end);
      at = end;
    }
  }
  return out;
}

/** Lines of both, the common ones once: [{ kind: 'same' | 'old' | 'new', text }]. */
export function difference(before, after) {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const same = text => ({ kind: 'same', text });
  return [...a.slice(0, head).map(same), ...middle(x, y), ...a.slice(a.length - tail).map(same)];
}

function middle(x, y) {
  // Above this, two blocks: a table of all pairs would freeze the page.
  if (x.length * y.length > 1_000_000)
    return [...x.map(text => ({ kind: 'old', text })), ...y.map(text => ({ kind: 'new', text }))];
  const best = Array.from({ length: x.length + 1 }, () => new Uint16Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i--)
    for (let j = y.length - 1; j >= 0; j--)
      best[i][j] = x[i] === y[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
  const out = [];
  let [i, j] = [0, 0];
  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      out.push({ kind: 'same', text: x[i++] });
      j++;
    } else if (i < x.length && (j >= y.length || best[i + 1][j] >= best[i][j + 1])) out.push({ kind: 'old', text: x[i++] });
    else out.push({ kind: 'new', text: y[j++] });
  }
  return out;
}

function skip(text, at) {
  while (at < text.length && ' \n\r\t'.includes(text[at])) at++;
  return at;
}

function endOfString(text, at) {
  for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++;
  return at + 1;
}

function endOf(text, at) {
  if (text[at] === '"') return endOfString(text, at);
  if (text[at] !== '{' && text[at] !== '[') {
    while (at < text.length && !',}] \n\r\t:'.includes(text[at])) at++;
    return at;
  }
  let depth = 0;
  do {
    const c = text[at];
    if (c === '"') {
      at = endOfString(text, at);
      continue;
    }
    if (c === '{' || c === '[') depth++;
    if (c === '}' || c === ']') depth--;
    at++;
  } while (depth > 0);
  return at;
}
