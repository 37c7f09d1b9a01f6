import { CryptoError, isJsonObject, parseJson, utf8 } from '@careledger/crypto/portable';
import type { JsonObject } from '@careledger/crypto/portable';
import { ChainError } from '../errors.js';
import { isBytes32 } from '../hash-text.js';
import { isBlockTime } from '../instant.js';
import {
  MAX_BLOCK_BYTES,
  MAX_DIFFICULTY_BITS,
  MAX_ERASED_PER_BLOCK,
  MAX_FRAMES_PER_BLOCK,
  MAX_GAP_FRAMES,
  MAX_STATEMENTS_PER_BLOCK,
  MAX_STATEMENT_BYTES,
} from '../limits.js';
import { ERASURE_REASONS } from './block.js';
import type { Block, BlockType } from './block.js';

const BLOCK_MEMBERS = 10;
const PATIENT_ID = /^pat_[a-z2-7]{32}$/;
const NETWORK_ID = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;
const SOFTWARE = /^[\x21-\x7e]{1,64}$/;
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
/** 64 bytes in base64url: the last character carries 2 bits. */
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/;

const readBody: Readonly<Record<BlockType, (body: JsonObject) => string | undefined>> = {
  genesis: genesisFault,
  frames: framesFault,
  rekey: rekeyFault,
  erasure: erasureFault,
};

/** Reads a block from JSON text. @throws ChainError `BLOCK_TOO_LARGE`, `BLOCK_MALFORMED` */
export function parseBlock(text: string | Uint8Array): Block {
  if (text.length > MAX_BLOCK_BYTES) {
    throw new ChainError('BLOCK_TOO_LARGE', `A block of ${text.length} bytes; at most ${MAX_BLOCK_BYTES}`);
  }
  try {
    return checkBlockForm(parseJson(typeof text === 'string' ? utf8(text) : text));
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new ChainError('BLOCK_MALFORMED', `Not a block: ${cause.message}`, { cause });
  }
}

/**
 * Whether a JSON value has a block's exact members, types and bounds: everything that needs no other block, no hash
 * and no key. @throws ChainError `BLOCK_MALFORMED`
 */
export function checkBlockForm(value: unknown): Block {
  const fault = isJsonObject(value) ? blockFault(value) : 'it is not an object';
  if (fault !== undefined) throw new ChainError('BLOCK_MALFORMED', `Not a block: ${fault}`);
  return value as Block;
}

/** Whether the text can name a network: `NetworkId` of the domain, without its schema library. */
export function isNetworkId(text: unknown): text is string {
  return typeof text === 'string' && NETWORK_ID.test(text);
}

export function isPatientId(text: unknown): text is string {
  return typeof text === 'string' && PATIENT_ID.test(text);
}

function isHeight(value: unknown): value is number {
  return isCount(value, Number.MAX_SAFE_INTEGER);
}

function blockFault(block: JsonObject): string | undefined {
  const { v, type, patientId, height, prev, time, body, difficulty, nonce, sig } = block;
  if (v !== 1) return 'its v is not 1';
  if (Object.keys(block).length !== BLOCK_MEMBERS) return 'it has other members than a block';
  if (!isBlockType(type)) return 'its type is unknown';
  if (!isPatientId(patientId)) return 'patientId is no patient ID';
  if (!isHeight(height)) return 'height is no count';
  if ((type === 'genesis') !== (height === 0)) return 'the genesis, and nothing else, has height 0';
  if (type === 'genesis' ? prev !== null : !isBytes32(prev)) return 'prev is no hash (null in the genesis)';
  if (!isBlockTime(time)) return 'time is not YYYY-MM-DDTHH:MM:SS.mmmZ';
  if (!isCount(difficulty, MAX_DIFFICULTY_BITS)) return 'difficulty is no number of bits';
  if (!isCount(nonce, Number.MAX_SAFE_INTEGER)) return 'nonce is no count';
  if (difficulty === 0 && nonce !== 0) return 'a nonce without a difficulty';
  if (typeof sig !== 'string' || !SIGNATURE.test(sig)) return 'sig is no Ed25519 signature';
  return isJsonObject(body) ? readBody[type](body) : 'body is not an object';
}

function genesisFault(body: JsonObject): string | undefined {
  if (!hasMembers(body, 5)) return 'a genesis body has exactly five members';
  if (!isNetworkId(body.network)) return 'network is no network ID';
  if (!isBytes32(body.consentKey) || !isBytes32(body.gatewayKey)) return 'a key is not 32 bytes';
  if (!isStatement(body.registration)) return 'registration is no compact JWS';
  if (typeof body.software !== 'string' || !SOFTWARE.test(body.software))
    return 'software is no name/version';
  return undefined;
}

function framesFault(body: JsonObject): string | undefined {
  const { framesRoot, frameCount, gaps } = body;
  if (!hasMembers(body, 3)) return 'a frames body has exactly framesRoot, frameCount and gaps';
  if (!isBytes32(framesRoot)) return 'framesRoot is no hash';
  if (!isCount(frameCount, MAX_FRAMES_PER_BLOCK) || frameCount === 0) return 'frameCount is out of range';
  if (!Array.isArray(gaps) || gaps.length > frameCount) return 'gaps is no list of at most frameCount';
  let last = -1;
  for (const gap of gaps as unknown[]) {
    if (!isJsonObject(gap) || !hasMembers(gap, 2)) return 'a gap has exactly index and missing';
    const { index, missing } = gap;
    if (!isCount(index, frameCount - 1) || index <= last) return 'gaps do not ascend within the block';
    if (!isCount(missing, MAX_GAP_FRAMES) || missing === 0)
      return 'a gap misses an impossible number of frames';
    last = index;
  }
  return undefined;
}

function rekeyFault(body: JsonObject): string | undefined {
  if (!hasMembers(body, 3)) return 'a rekey body has exactly consentKey, gatewayKey and statements';
  if (!isBytes32(body.consentKey) || !isBytes32(body.gatewayKey)) return 'a key is not 32 bytes';
  const { statements } = body;
  if (!Array.isArray(statements) || statements.length === 0 || statements.length > MAX_STATEMENTS_PER_BLOCK) {
    return `statements is no list of 1 to ${MAX_STATEMENTS_PER_BLOCK}`;
  }
  return statements.every(isStatement) ? undefined : 'a statement is no compact JWS';
}

function erasureFault(body: JsonObject): string | undefined {
  const { reason, erased, statement } = body;
  if (!hasMembers(body, 3)) return 'an erasure body has exactly reason, erased and statement';
  if (!ERASURE_REASONS.some((known) => known === reason)) return 'reason is unknown';
  if (reason === 'patient-request' ? !isStatement(statement) : statement !== null) {
    return "statement is the patient's JWS for patient-request, else null";
  }
  if (!Array.isArray(erased) || erased.length === 0 || erased.length > MAX_ERASED_PER_BLOCK) {
    return `erased is no list of 1 to ${MAX_ERASED_PER_BLOCK}`;
  }
  return erased.every(isErasedFrame) ? undefined : 'an erased frame is not {height, index, leaf}';
}

function isErasedFrame(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    hasMembers(value, 3) &&
    isHeight(value.height) &&
    isCount(value.index, MAX_FRAMES_PER_BLOCK - 1) &&
    isBytes32(value.leaf)
  );
}

function isStatement(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_STATEMENT_BYTES && COMPACT_JWS.test(value);
}

function isBlockType(value: unknown): value is BlockType {
  return typeof value === 'string' && Object.hasOwn(readBody, value);
}

function isCount(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

function hasMembers(object: JsonObject, count: number): boolean {
  return Object.keys(object).length === count;
}
