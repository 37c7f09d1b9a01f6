import { randomBytes } from 'node:crypto';
import { sha256, toBase32, utf8 } from '@careledger/crypto';
import type { GatewayStore, PairingCodeRow, StoreWriter } from '../store/index.js';
import { DeviceError } from './errors.js';
import {
  MAX_PAIRING_CODES,
  PAIRING_CODE_BYTES,
  PAIRING_CODE_TTL_MAX_MS,
  PAIRING_CODE_TTL_MS,
} from './limits.js';

export interface PairingCode {
  /** Told once; the store has its hash only. */
  readonly code: string;
  readonly expiresMs: number;
}

export interface NewPairingCode {
  readonly patientNo: number;
  /** Pairs this known device again, in a new epoch; without it the code is for a new device. */
  readonly deviceId?: string;
  /** Default `PAIRING_CODE_TTL_MS`. */
  readonly ttlMs?: number;
}

/** 80 random bits need no slow hash: nobody tries 2^80. */
const hashOf = (code: string): Uint8Array => sha256(utf8(code));

/** @throws DeviceError `PAIRING_CODES_EXHAUSTED`; RangeError for a lifetime out of bounds */
export function issuePairingCode(
  store: GatewayStore,
  { patientNo, deviceId, ttlMs = PAIRING_CODE_TTL_MS }: NewPairingCode,
  nowMs: number,
): PairingCode {
  if (!(ttlMs > 0 && ttlMs <= PAIRING_CODE_TTL_MAX_MS)) {
    throw new RangeError(`A pairing code lives for at most ${PAIRING_CODE_TTL_MAX_MS} ms`);
  }
  const code = toBase32(randomBytes(PAIRING_CODE_BYTES));
  const row = { codeHash: hashOf(code), patientNo, deviceId: deviceId ?? null, expiresMs: nowMs + ttlMs };
  store.transaction((writer) => {
    writer.deleteExpiredPairingCodes(nowMs);
    if (writer.pairingCodeCount(patientNo, nowMs) >= MAX_PAIRING_CODES) {
      throw new DeviceError(
        'PAIRING_CODES_EXHAUSTED',
        `There are ${MAX_PAIRING_CODES} unused pairing codes for this patient: use one or wait until they expire`,
      );
    }
    writer.insertPairingCode(row);
  });
  return { code, expiresMs: row.expiresMs };
}

/** Looks a code up without using it. @throws DeviceError `PAIRING_CODE_INVALID`: unknown, used or expired */
export function findPairingCode(store: GatewayStore, code: string, nowMs: number): PairingCodeRow {
  const row = store.read.pairingCode(hashOf(code));
  if (row === undefined || row.expiresMs <= nowMs) throw invalidCode();
  return row;
}

/** Uses a code up, within the transaction that registers the device. @throws DeviceError `PAIRING_CODE_INVALID` */
export function usePairingCode(writer: StoreWriter, { codeHash }: PairingCodeRow): void {
  if (!writer.deletePairingCode(codeHash)) throw invalidCode();
}

/** One answer for all three cases: a stranger learns nothing. */
function invalidCode(): DeviceError {
  return new DeviceError(
    'PAIRING_CODE_INVALID',
    'The pairing code is unknown, used or expired: ask the gateway for a new one',
  );
}
