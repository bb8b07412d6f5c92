// Elements from plain calls. Text only ever becomes a text node: nothing that the server tells can become markup.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * h('p.soft', { title }, child): a name with its classes; attributes, where there are any, of which on<Event> is a listener, false and
 * null are left out and true is an empty one; children: nodes, texts, lists.
 */
export function h(name, ...children) {
  const [tag, ...classes] = name.split('.');
  const attributes = children[0]?.constructor === Object ? children.shift() : {};
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  return filled(element, attributes, children);
}

export function s(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

export function put(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter(there));
  return element;
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2).toLowerCase(), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter(there));
  return element;
}

const there = child => child !== null && child !== undefined && child !== false;
