/** The decoded values of a query parameter. */
export function queryValues(query: string, name: string): string[] {
  return pairs(query).filter(([key]) => key === name).map(([, value]) => value);
}

/** The undecoded values of a query parameter, as routes compare them. */
export function rawQueryValues(query: string, name: string): string[] {
  return split(query).filter(([key]) => key === name).map(([, value]) => value);
}

/** A query without a parameter. Envoy decodes the whole query and writes it again, but only when it takes something out. */
export function withoutParameter(query: string, name: string): string {
  if (!pairs(query).some(([key]) => key === name)) return query;
  const rest = pairs(query).filter(([key]) => key !== name).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
  return rest.length === 0 ? '' : `?${rest.join('&')}`;
}

function pairs(query: string): [string, string][] {
  return split(query).map(([key, value]) => [decode(key), decode(value)]);
}

function split(query: string): [string, string][] {
  return query.slice(1).split('&').filter((part) => part !== '').map((part) => {
    const equals = part.indexOf('=');
    return equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
  });
}

function decode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
