const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether nobody between can change what comes from there: https, or this host itself. */
export function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
