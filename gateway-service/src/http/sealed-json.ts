import { fromUtf8 } from '@careledger/crypto';
import { EnvelopeError, decryptFrom } from '@careledger/envelope';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { GatewayCore } from '../core.js';

/** What is sealed to a patient, by its schema; undefined where it was sealed otherwise, or says something else. */
export async function sealedJson<S extends TSchema>(
  patients: Pick<GatewayCore['patients'], 'keys'>,
  patientId: string,
  sealed: string,
  { context, schema }: { readonly context: string; readonly schema: S },
): Promise<Static<S> | undefined> {
  try {
    const opened = await decryptFrom(sealed, patients.keys(patientId).encryption(), { context });
    const said: unknown = JSON.parse(fromUtf8(opened));
    return Value.Check(schema, said) ? said : undefined;
  } catch (error) {
    if (error instanceof EnvelopeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
