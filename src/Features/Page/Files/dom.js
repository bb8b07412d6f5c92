// Elements from plain calls. Text only ever becomes a text node: nothing that the server tells can become markup.

const SVG = 'http://www.w3.org/2000/svg';

/** attributes: on<Event> is a listener, false and null are left out, true is an empty attribute. Children: nodes, texts, lists. */
export function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function s(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

export function put(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter(there));
  return element;
}

/** Lets the browser paint before something long. */
export const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2).toLowerCase(), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter(there));
  return element;
}

const there = child => child !== null && child !== undefined && child !== false;
