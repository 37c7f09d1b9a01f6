import { fromUtf8 } from '@careledger/crypto';
import { EnvelopeError, decryptFrom } from '@careledger/envelope';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import type { ResealedStore } from '../patients/resealed-store.js';

export interface SealedToPatient {
  readonly core: Pick<GatewayCore, 'patients'>;
  /** What stands in the place of what was sealed to keys that are gone. */
  readonly resealed: Pick<ResealedStore, 'find'>;
}

/** What is sealed to a patient, by its schema; undefined where it was sealed otherwise, or says something else. */
export async function sealedJson<S extends TSchema>(
  { core, resealed }: SealedToPatient,
  { patientId, patientNo }: Pick<Patient, 'patientId' | 'patientNo'>,
  sealed: string,
  { context, schema }: { readonly context: string; readonly schema: S },
): Promise<Static<S> | undefined> {
  try {
    const present = resealed.find(patientNo, sealed) ?? sealed;
    const opened = await decryptFrom(present, core.patients.keys(patientId).encryptionKeys(), { context });
    const said: unknown = JSON.parse(fromUtf8(opened));
    return Value.Check(schema, said) ? said : undefined;
  } catch (error) {
    if (error instanceof EnvelopeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
