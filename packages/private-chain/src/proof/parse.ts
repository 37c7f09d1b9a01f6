import { CryptoError, isJsonObject, parseJson, utf8 } from '@careledger/crypto/portable';
import type { JsonObject } from '@careledger/crypto/portable';
import { RECOVERY_ROLES } from '@careledger/domain';
import { checkBlockForm, isNetworkId, isPatientId } from '../block/parse.js';
import { ChainError, ProofError } from '../errors.js';
import type { ProofErrorCode } from '../errors.js';
import { isBytes32 } from '../hash-text.js';
import {
  MAX_ATTESTATIONS,
  MAX_ENVELOPE_BYTES,
  MAX_FRAME_BYTES,
  MAX_PROOF_BLOCKS,
  MAX_PROOF_BYTES,
  MAX_PROOF_KEY_BLOCKS,
  MAX_STATEMENT_BYTES,
} from '../limits.js';
import type { Proof, TrustRoots } from './proof.js';
import { readingFault } from './reading.js';

const MAX_PATH_HASHES = 32;

/** Reads a proof file. @throws ProofError `PROOF_TOO_LARGE`, `PROOF_MALFORMED` */
export function parseProof(text: string | Uint8Array): Proof {
  if (text.length > MAX_PROOF_BYTES) {
    throw new ProofError(
      'PROOF_TOO_LARGE',
      `A proof of ${text.length} bytes; at most ${MAX_PROOF_BYTES} are read`,
    );
  }
  return checkProofForm(readJson(text, 'PROOF_MALFORMED'));
}

/** Reads a file of trust roots. @throws ProofError `ROOTS_MALFORMED` */
export function parseTrustRoots(text: string | Uint8Array): TrustRoots {
  const roots = readJson(text, 'ROOTS_MALFORMED');
  const fault = isJsonObject(roots) ? rootsFault(roots) : 'it is not an object';
  if (fault !== undefined) throw new ProofError('ROOTS_MALFORMED', `Not trust roots: ${fault}`);
  return roots as TrustRoots;
}

/** Whether a JSON value has a proof's exact members, types and bounds. @throws ProofError `PROOF_MALFORMED` */
export function checkProofForm(value: unknown): Proof {
  const fault = isJsonObject(value) ? proofFault(value) : 'it is not an object';
  if (fault !== undefined) throw new ProofError('PROOF_MALFORMED', `Not a proof: ${fault}`);
  return value as Proof;
}

function proofFault(proof: JsonObject): string | undefined {
  const { v, kind, network, patientId, reading, frame, keyBlocks, blocks, anchor, transaction } = proof;
  if ((v !== 1 && v !== 2) || kind !== 'careledger.proof') return 'kind is not careledger.proof, v 1 or 2';
  if (!hasExactly(proof, 10)) return 'it has other members than a proof';
  if (!isNetworkId(network)) return 'network is no network ID';
  if (!isPatientId(patientId)) return 'patientId is no patient ID';
  return (
    readingFault(reading, v) ??
    frameFault(frame) ??
    blocksFault(keyBlocks, 'keyBlocks', MAX_PROOF_KEY_BLOCKS) ??
    blocksFault(blocks, 'blocks', MAX_PROOF_BLOCKS) ??
    (isText(anchor, MAX_STATEMENT_BYTES) ? undefined : 'anchor is no statement') ??
    transactionFault(transaction)
  );
}

function frameFault(frame: unknown): string | undefined {
  if (!isJsonObject(frame) || !hasExactly(frame, 3)) return 'frame has exactly jws, deviceKey and inclusion';
  if (!isText(frame.jws, MAX_FRAME_BYTES)) return 'frame.jws is no frame';
  if (!isBytes32(frame.deviceKey)) return 'frame.deviceKey is not 32 bytes';
  const { inclusion } = frame;
  if (!isJsonObject(inclusion) || !hasExactly(inclusion, 3))
    return 'inclusion has exactly index, size and path';
  if (!isCount(inclusion.index) || !isCount(inclusion.size)) return 'inclusion has no index or size';
  const { path } = inclusion;
  if (!Array.isArray(path) || path.length > MAX_PATH_HASHES) return 'inclusion.path is no list of hashes';
  return path.every(isBytes32) ? undefined : 'inclusion.path is no list of hashes';
}

function blocksFault(blocks: unknown, name: string, max: number): string | undefined {
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > max)
    return `${name} is no list of 1 to ${max}`;
  try {
    for (const block of blocks as unknown[]) checkBlockForm(block);
    return undefined;
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    return `in ${name}: ${error.message}`;
  }
}

function transactionFault(transaction: unknown): string | undefined {
  if (!isJsonObject(transaction) || !hasExactly(transaction, 3)) {
    return 'transaction has exactly end, envelope and attestations';
  }
  const { end, envelope, attestations } = transaction;
  if (end !== 'attested') return 'transaction.end is not attested, the one kind that this version reads';
  if (!isText(envelope, Math.ceil((MAX_ENVELOPE_BYTES * 4) / 3)))
    return 'transaction.envelope is no envelope';
  if (!Array.isArray(attestations) || attestations.length > MAX_ATTESTATIONS) {
    return `transaction.attestations is no list of at most ${MAX_ATTESTATIONS}`;
  }
  const areStatements = attestations.every((token) => isText(token, MAX_STATEMENT_BYTES));
  return areStatements ? undefined : 'an attestation is no statement';
}

function rootsFault(roots: JsonObject): string | undefined {
  const { v, kind, network, production, attestors, threshold, channel, chaincode } = roots;
  const { devices, recoverers, genesis } = roots;
  if (v !== 1 || kind !== 'careledger.trust-roots') return 'kind is not careledger.trust-roots, v 1';
  const members = 8 + [devices, recoverers, genesis].filter((optional) => optional !== undefined).length;
  if (!hasExactly(roots, members)) return 'it has other members than trust roots';
  if (!isNetworkId(network)) return 'network is no network ID';
  if (typeof production !== 'boolean') return 'production is not true or false';
  if (!isText(channel, 249) || !isText(chaincode, 64)) return 'channel or chaincode is missing';
  if (!isJsonObject(attestors)) return 'attestors is no object of organisations';
  const organisations = Object.values(attestors);
  if (!organisations.every((keys) => Array.isArray(keys) && keys.every(isBytes32))) {
    return 'attestors are not lists of raw keys in base64url';
  }
  const keys = organisations.flat();
  if (new Set(keys).size !== keys.length) return 'two attestors share a key';
  if (!isCount(threshold) || threshold < 1 || threshold > organisations.length) {
    return 'threshold is not between 1 and the number of organisations';
  }
  if (devices !== undefined && !(Array.isArray(devices) && devices.every(isBytes32))) {
    return 'devices is no list of raw keys in base64url';
  }
  if (
    recoverers !== undefined &&
    !(isJsonObject(recoverers) && Object.values(recoverers).every(isRecoverer))
  ) {
    return 'recoverers is no object of organisations, each with role and keys';
  }
  if (genesis !== undefined && !(isJsonObject(genesis) && Object.values(genesis).every(isBytes32))) {
    return 'genesis is no object of hashes';
  }
  return undefined;
}

function isRecoverer(value: unknown): boolean {
  if (!isJsonObject(value) || !hasExactly(value, 2)) return false;
  const { role, keys } = value;
  return RECOVERY_ROLES.some((known) => known === role) && Array.isArray(keys) && keys.every(isBytes32);
}

function readJson(text: string | Uint8Array, code: ProofErrorCode): unknown {
  try {
    return parseJson(typeof text === 'string' ? utf8(text) : text);
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new ProofError(code, cause.message, { cause });
  }
}

function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= max;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function hasExactly(object: JsonObject, count: number): boolean {
  return Object.keys(object).length === count;
}
