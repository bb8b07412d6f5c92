// Bytes as bytes: what a text view hides (control characters, spaces that are none, what is no UTF-8) shows here.

const LINE = 16;
/** In bytes: a megabyte would be 65,000 lines. */
export const HEX_LIMIT = 16 * 1024;

export const bytesOfBase64 = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));

/** Place, sixteen bytes, and those of them that are printable ASCII; no more than HEX_LIMIT of them. */
export function hex(bytes) {
  const lines = [];
  const begin = bytes.subarray(0, HEX_LIMIT);
  for (let at = 0; at < begin.length; at += LINE) {
    const some = [...begin.subarray(at, at + LINE)];
    const shown = some.map(b => b.toString(16).padStart(2, '0')).join(' ').padEnd(LINE * 3);
    lines.push(`${at.toString(16).padStart(8, '0')}  ${shown} ${some.map(b => b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.').join('')}`);
  }
  return lines.join('\n');
}
