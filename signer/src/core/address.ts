import { SignerError } from './errors.js';

const THIS_MACHINE: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** TLS, or this machine: nobody in between hears a token or changes a key. @throws SignerError `ADDRESS_INSECURE` */
export function safeAddress(text: string): string {
  const url = URL.parse(text);
  const isHere = url !== null && THIS_MACHINE.includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere)) return text;
  throw new SignerError('ADDRESS_INSECURE', 'Addresses begin with https://, or with http:// on this machine');
}
