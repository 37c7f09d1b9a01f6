import { fromBase64url } from '@careledger/crypto/portable';
import { patientIdOf } from '@careledger/domain';
import { elementAt } from '../element-at.js';
import { ChainError } from '../errors.js';
import type { GenesisBlock, RekeyBlock } from './block.js';
import { STATEMENT_TYP, readStatement } from './statement.js';
import type { Verification } from './statement.js';
import { STATEMENTS_PER_TAKEOVER, isVouching, keyTakenOver } from './takeover.js';

/** The patient's keys that a chain answers to at a height: raw Ed25519, base64url. */
export type ChainKeys = { readonly consentKey: string; readonly gatewayKey: string };

/** Consent keys that blocks before put others in the place of, oldest first; absent: none. */
export type FormerKeys = { readonly formerConsentKeys?: readonly string[] };

/** The former consent keys once a block has put this one into force. */
export function formerKeysAfter(
  { consentKey, formerConsentKeys }: Pick<ChainKeys, 'consentKey'> & FormerKeys,
  next: string,
): FormerKeys {
  if (next !== consentKey) return { formerConsentKeys: [...(formerConsentKeys ?? []), consentKey] };
  return formerConsentKeys === undefined ? {} : { formerConsentKeys };
}

/**
 * The keys a chain starts with. The patient ID is the hash of the consent key and the consent key signed the
 * registration that names the gateway key: nobody can open a chain in another patient's name.
 * @throws ChainError `GENESIS_INVALID`
 */
export function keysOfGenesis({ patientId, body }: GenesisBlock, options: Verification): ChainKeys {
  const { consentKey, gatewayKey, network, registration } = body;
  if (patientIdOf(fromBase64url(consentKey), options.hash) !== patientId) {
    throw new ChainError('GENESIS_INVALID', 'The patient ID is not the hash of the consent key');
  }
  const expected = { typ: STATEMENT_TYP.registration, issuer: patientId, network, key: consentKey };
  const statement = readStatement(registration, expected, options);
  if ('fault' in statement) {
    throw new ChainError('GENESIS_INVALID', `The registration in the genesis: ${statement.fault}`);
  }
  if (statement.body.consentKey !== consentKey || statement.body.gatewayKey !== gatewayKey) {
    throw new ChainError('GENESIS_INVALID', 'The registration in the genesis names other keys');
  }
  return { consentKey, gatewayKey };
}

/**
 * The keys after a rekey block: its rotations, each signed by the consent key in force before it, and its recoveries have
 * to lead to exactly the keys it names, and to no consent key that was replaced before: what put that into force once is
 * no proof a second time. @throws ChainError `REKEY_UNPROVEN`
 */
export function keysOfRekey(
  state: ChainKeys & FormerKeys & { readonly patientId: string; readonly network: string },
  { height, body }: RekeyBlock,
  options: Verification,
): ChainKeys {
  let keys: ChainKeys = { consentKey: state.consentKey, gatewayKey: state.gatewayKey };
  const { statements } = body;
  const former = new Set(state.formerConsentKeys);
  for (let at = 0; at < statements.length;) {
    const { consentKey } = keys;
    const token = elementAt(statements, at);
    if (isVouching(token)) {
      const recovery = statements.slice(at, at + STATEMENTS_PER_TAKEOVER);
      keys = { ...keys, consentKey: keyTakenOver(recovery, { ...state, ...keys }, height, options) };
      at += STATEMENTS_PER_TAKEOVER;
    } else {
      keys = rotated(keys, { token, state, height, options });
      at += 1;
    }
    if (keys.consentKey !== consentKey) former.add(consentKey);
    if (former.has(keys.consentKey))
      throw new ChainError(
        'REKEY_UNPROVEN',
        `A statement in block ${height} brings a former consent key back`,
      );
  }
  if (keys.consentKey !== body.consentKey || keys.gatewayKey !== body.gatewayKey) {
    throw new ChainError('REKEY_UNPROVEN', `The statements in block ${height} lead to other keys`);
  }
  return keys;
}

function rotated(
  keys: ChainKeys,
  {
    token,
    state: { patientId, network },
    height,
    options,
  }: {
    readonly token: string;
    readonly state: { readonly patientId: string; readonly network: string };
    readonly height: number;
    readonly options: Verification;
  },
): ChainKeys {
  const expected = { typ: STATEMENT_TYP.keyRotation, issuer: patientId, network, key: keys.consentKey };
  const statement = readStatement(token, expected, options);
  if ('fault' in statement) {
    throw new ChainError('REKEY_UNPROVEN', `A statement in block ${height}: ${statement.fault}`);
  }
  const { use, newKey } = statement.body;
  if (typeof newKey !== 'string') {
    throw new ChainError('REKEY_UNPROVEN', `A statement in block ${height} names no new key`);
  }
  if (use === 'consent') return { ...keys, consentKey: newKey };
  if (use === 'gateway') return { ...keys, gatewayKey: newKey };
  throw new ChainError(
    'REKEY_UNPROVEN',
    `A statement in block ${height} rotates neither consent nor gateway key`,
  );
}
