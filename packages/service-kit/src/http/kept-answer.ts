import { aesGcmOpen, aesGcmSeal, fromUtf8, utf8 } from '@careledger/crypto';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { holderKey } from './holder-key.js';
import type { IdempotentRequest } from './idempotent-request.js';

/** An answer as it went out, for the caller that asks again. */
const KeptAnswer = Type.Object({
  status: Type.Integer(),
  headers: Type.Record(Type.String(), Type.String()),
  /** Null where there was none. */
  body: Type.Union([Type.String(), Type.Null()]),
});
export type KeptAnswer = Static<typeof KeptAnswer>;

/**
 * Encrypts an answer under the caller's own secret: it may hold a pairing code or a token. Whoever gets the store, or a
 * backup of it, reads none of it.
 */
export const sealAnswer = (answer: KeptAnswer, secret: string, request: IdempotentRequest): Uint8Array =>
  aesGcmSeal(holderKey(secret, 'answer'), utf8(JSON.stringify(answer)), contextOf(request));

/** @throws Error for one that was altered, or sealed for another request */
export function openAnswer(sealed: Uint8Array, secret: string, request: IdempotentRequest): KeptAnswer {
  const opened = aesGcmOpen(holderKey(secret, 'answer'), sealed, contextOf(request));
  if (opened === undefined)
    throw new Error(
      `The answer that was kept for ${request.route} was altered: restore the store from a backup`,
    );
  return Value.Parse(KeptAnswer, JSON.parse(fromUtf8(opened)));
}

/** Authenticated, so that rows cannot be exchanged. */
const contextOf = ({ route, key, requestSha256 }: IdempotentRequest): Uint8Array =>
  utf8(JSON.stringify([route, key, requestSha256]));
