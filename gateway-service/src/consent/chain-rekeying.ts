import { fromBase64url, kidOf } from '@careledger/crypto';
import type { Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { GatewayCore } from '../core.js';
import { InTurn } from '../in-turn.js';
import type { Patient } from '../patients/index.js';
import type { EncryptionKeys } from './encryption-keys.js';
import type { GatewayKeys } from './gateway-keys.js';
import type { RecoveryStore } from './recovery-store.js';
import type { StepStore } from './step-store.js';
import { takenRotations } from './taken-rotations.js';

export interface ChainRekeyingOptions {
  readonly core: Pick<GatewayCore, 'store' | 'patients' | 'rekey'>;
  readonly steps: Pick<StepStore, 'jobsOf'>;
  readonly gatewayKeys: Pick<GatewayKeys, 'complete' | 'next'>;
  readonly encryptionKeys: Pick<EncryptionKeys, 'complete'>;
  readonly recoveries: Pick<RecoveryStore, 'unsealed' | 'sealed'>;
  readonly logger: Pick<Logger, 'error'>;
}

/** Brings the keys that ledgers have into patients' chains. */
export class ChainRekeying {
  readonly #options: ChainRekeyingOptions;
  /** By patient. */
  readonly #turns = new InTurn<number>();

  constructor(options: ChainRekeyingOptions) {
    this.#options = options;
  }

  /** Seals the rotations and recoveries that a ledger has into the patient's chain, each after the one before it. */
  async advance(patient: Patient): Promise<void> {
    const { patientNo } = patient;
    try {
      await this.#turns.run(patientNo, () => this.#advance(patient));
    } catch (err) {
      // A store that fails ends the process; at the next start it goes on.
      this.#options.logger.error({ err, patientNo }, 'a rotation is not in the chain yet');
    }
  }

  async #advance(patient: Patient): Promise<void> {
    const { core, steps, encryptionKeys, gatewayKeys, recoveries } = this.#options;
    const { chain, patientId, patientNo } = patient;
    await encryptionKeys.complete(patient);
    for (;;) {
      await gatewayKeys.complete(patient);
      const { consentKey, gatewayKey, formerConsentKeys = [] } = chain.state;
      const kid = kidOf('Ed25519', fromBase64url(consentKey));
      const isByKey = ({ statement }: { readonly statement: string }) =>
        readStatement(statement).header.kid === kid;
      const rekeying = await gatewayKeys.next(patient, isByKey);
      if (rekeying === 'awaited') return;
      if (rekeying !== undefined) {
        const body = { consentKey, gatewayKey: rekeying.newKey, statements: [rekeying.statement] };
        await core.rekey(patientId, body, rekeying.signer);
        continue;
      }
      const next = takenRotations(patient, steps).find(
        (rotation) => rotation.steps.some(({ status }) => status === 'done') && isByKey(rotation),
      );
      if (next !== undefined) {
        const body = { consentKey: next.newKey, gatewayKey, statements: [next.statement] };
        await core.rekey(patientId, body, chain.signer);
        continue;
      }
      const recovered = recoveries.unsealed(patientNo);
      if (recovered === undefined) return;
      const { newKey, statements } = recovered;
      // A crash may have come between the block and what is noted of it, and rotations after it: nothing is sealed a second
      // time.
      if (![...formerConsentKeys, consentKey].includes(newKey))
        await core.rekey(patientId, { consentKey: newKey, gatewayKey, statements }, chain.signer);
      core.store.deferred(() => recoveries.sealed(patientNo, newKey));
    }
  }
}
