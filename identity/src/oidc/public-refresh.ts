import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type Provider from 'oidc-provider';

/** Larger ones are no refresh of an app. */
const LOOKED_AT_MAX_BYTES = 8_192;

/**
 * A token request as the provider reads it. Apps without a secret may refresh by their token alone (RFC 6749, section 6;
 * SMART's own client does): which client it is, is then what the refresh token says.
 */
export async function withClientOfRefreshToken(
  raw: IncomingMessage,
  provider: Provider,
): Promise<IncomingMessage> {
  const { 'content-length': length, authorization } = raw.headers;
  if (raw.method !== 'POST' || authorization !== undefined) return raw;
  if (length === undefined || Number(length) > LOOKED_AT_MAX_BYTES) return raw;
  const text = Buffer.concat(await raw.toArray()).toString('latin1');
  return replayed(raw, await completed(text, provider));
}

async function completed(text: string, provider: Provider): Promise<string> {
  const form = new URLSearchParams(text);
  const token = form.get('refresh_token');
  if (form.get('grant_type') !== 'refresh_token' || token === null) return text;
  if (form.has('client_id') || form.has('client_assertion')) return text;
  const clientId = (await provider.RefreshToken.find(token))?.clientId;
  return clientId === undefined ? text : `${text}&client_id=${encodeURIComponent(clientId)}`;
}

/** The request with another body: what the provider looks at of one that came. */
function replayed(raw: IncomingMessage, text: string): IncomingMessage {
  const body = Buffer.from(text, 'latin1');
  const { headers, httpVersion, httpVersionMajor, method, socket, url } = raw;
  return Object.assign(Readable.from([body], { objectMode: false }), {
    ...{ httpVersion, httpVersionMajor, method, socket, url },
    headers: { ...headers, 'content-length': String(body.length) },
  }) as unknown as IncomingMessage;
}
