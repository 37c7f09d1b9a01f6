import { toBase64url } from '@careledger/crypto';
import { x25519OfEd25519 } from '@careledger/crypto/sodium';
import { timestampOf } from '@careledger/domain';
import { encryptTo } from '@careledger/envelope';
import { SEALED_CONTEXT } from '@careledger/protocol';
import type { IdempotentRequest, Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type {
  EncryptionKeyOffer,
  EncryptionKeys,
  GatewayKeyOffer,
  GatewayKeys,
  Rotations,
  Taken,
} from '../../consent/index.js';
import { genesisOf } from '../../consent/genesis.js';
import type { OfferedUse } from '../../consent/staged-key.js';
import { changePassphrase } from '../../consent/unlock.js';
import type { GatewayCore } from '../../core.js';
import type { PassphraseChanges } from '../../patients/passphrase-changes.js';
import type { PassphraseBody, PassphraseView, RotateBody, ScopeKeyView } from './schemas.js';

export interface KeyServiceOptions {
  readonly core: Pick<GatewayCore, 'patients' | 'chain'>;
  readonly rotations: Pick<Rotations, 'take' | 'make'>;
  readonly gatewayKeys: Pick<GatewayKeys, 'offer' | 'take' | 'make'>;
  readonly encryptionKeys: Pick<EncryptionKeys, 'offer' | 'take' | 'make'>;
  readonly passphraseChanges: Pick<PassphraseChanges, 'note'>;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'info'>;
}

/** What guards a patient's keys. */
export class KeyService {
  readonly #options: KeyServiceOptions;

  constructor(options: KeyServiceOptions) {
    this.#options = options;
  }

  /** The key that the patient may appoint: this gateway's own unless told. */
  async offer(patientId: string, use: OfferedUse = 'gateway'): Promise<GatewayKeyOffer | EncryptionKeyOffer> {
    const { core, encryptionKeys, gatewayKeys } = this.#options;
    const patient = core.patients.get(patientId);
    return use === 'gateway' ? gatewayKeys.offer(patient) : encryptionKeys.offer(patient);
  }

  /**
   * The scope key, for the consent key in force alone: whoever else asks with the patient's token gets nothing that
   * opens.
   */
  async scopeKey(patientId: string): Promise<ScopeKeyView> {
    const { core } = this.#options;
    const patient = core.patients.get(patientId);
    const consentKey = core.patients.consentKey(patient);
    const scopeKey = core.patients.keys(patientId).scopeKey();
    return {
      consentKey: toBase64url(consentKey),
      firstKey: genesisOf(core, patient).consentKey,
      sealed: await encryptTo(x25519OfEd25519(consentKey), scopeKey, { context: SEALED_CONTEXT.scopeKey }),
    };
  }

  /**
   * Another consent key, or another of the two keys that this gateway has for the patient.
   * @param caller as of `changePassphrase`
   */
  async rotate(
    patientId: string,
    body: RotateBody,
    caller: string,
    request?: IdempotentRequest,
  ): Promise<Taken> {
    const { core, logger } = this.#options;
    const patient = core.patients.get(patientId);
    const use = 'statement' in body ? useOf(body.statement) : body.use;
    const keys = this.#keysOf(use);
    const taken = await ('statement' in body
      ? keys.take(patient, body.statement)
      : keys.make(patient, { passphrase: body.passphrase, caller }, request));
    logger.info({ patientNo: patient.patientNo, use: use ?? 'consent' }, 'a key of a patient is rotated');
    return taken;
  }

  #keysOf(use: unknown) {
    const { encryptionKeys, gatewayKeys, rotations } = this.#options;
    if (use === 'gateway') return gatewayKeys;
    return use === 'encryption' ? encryptionKeys : rotations;
  }

  /** @param caller names who gives the passphrase, as `callerOf` does */
  async changePassphrase(patientId: string, body: PassphraseBody, caller: string): Promise<PassphraseView> {
    const { core, passphraseChanges, clock, logger } = this.#options;
    const patient = core.patients.get(patientId);
    const { passphrase, newPassphrase } = body;
    await changePassphrase(core, patient, { passphrase, caller }, newPassphrase);
    const nowMs = clock();
    passphraseChanges.note(patient.patientNo, nowMs);
    logger.info({ patientNo: patient.patientNo }, 'the passphrase of a consent key was changed');
    return { changedAt: timestampOf(nowMs) };
  }
}

/** What a rotation is about, by its own word; whoever takes it checks that. */
function useOf(statement: string): unknown {
  try {
    return readStatement(statement).payload.body['use'];
  } catch {
    return undefined;
  }
}
