import { CryptoError, isJsonObject, parseJws, readJwsPayload } from '@careledger/crypto/portable';
import type { JsonObject, JwsHeader, ParsedJws } from '@careledger/crypto/portable';
import { StatementError } from './errors.js';

/** Characters of the compact JWS. Bounds what a relay can make a peer parse. */
export const STATEMENT_MAX_CHARS = 32_768;
/** Seconds by which `iat` may lie ahead of the checker's clock: Fabric's own transaction time window here. */
export const STATEMENT_MAX_SKEW_S = 120;

const MAX_NAME_CHARS = 64;
const MAX_CHANNELS = 8;
const NAME = /^[\x21-\x7e]+$/;
/** 16 bytes in base64url: the last character carries 2 bits. */
const SID = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** What every statement says, whatever its kind. */
export type StatementPayload<Body = JsonObject> = {
  /** Who decides: the ID of a patient, authority or provider, or an MSP ID. */
  readonly iss: string;
  /** Network ID: a statement for one network is void in another. */
  readonly aud: string;
  /** Channels on which it counts. */
  readonly channels: readonly string[];
  /** 128 random bits, base64url: the same statement may arrive twice, another one under its ID may not. */
  readonly sid: string;
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly iat: number;
  readonly body: Body;
};

/** A statement taken apart. Nothing is verified yet. */
export type Statement<Body = JsonObject> = {
  readonly token: string;
  readonly header: JwsHeader;
  readonly payload: StatementPayload<Body>;
  readonly jws: ParsedJws;
};

/**
 * Reads a statement: strict JWS, strict JSON, exactly the six members of the payload.
 * @throws StatementError `STATEMENT_TOO_LARGE`, `STATEMENT_MALFORMED`
 */
export function parseStatement(
  token: string,
  { maxChars = STATEMENT_MAX_CHARS }: { maxChars?: number } = {},
): Statement {
  if (token.length > maxChars) {
    throw new StatementError('STATEMENT_TOO_LARGE', `A statement has at most ${maxChars} characters`);
  }
  const { jws, members } = readJws(token, maxChars);
  return { token, header: jws.header, payload: readPayload(members), jws };
}

function readJws(token: string, maxBytes: number): { jws: ParsedJws; members: JsonObject } {
  try {
    const jws = parseJws(token, { maxBytes });
    return { jws, members: readJwsPayload(jws) };
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new StatementError('STATEMENT_MALFORMED', `Not a statement: ${cause.message}`, { cause });
  }
}

function readPayload(members: JsonObject): StatementPayload {
  const { iss, aud, channels, sid, iat, body } = members;
  if (!isName(iss)) throw malformed('iss');
  if (!isName(aud)) throw malformed('aud');
  if (!isChannels(channels)) throw malformed('channels');
  if (typeof sid !== 'string' || !SID.test(sid)) throw malformed('sid');
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat) || iat < 0) throw malformed('iat');
  if (!isJsonObject(body)) throw malformed('body');
  // A member that this version does not know could mean something that this version would not do.
  if (Object.keys(members).length !== 6)
    throw malformed('a member beyond iss, aud, channels, sid, iat, body');
  return { iss, aud, channels, sid, iat, body };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_NAME_CHARS && NAME.test(value);
}

function isChannels(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= MAX_CHANNELS &&
    value.every(isName) &&
    new Set(value).size === value.length
  );
}

function malformed(what: string): StatementError {
  return new StatementError('STATEMENT_MALFORMED', `The payload of the statement is malformed: ${what}`);
}
