import { CommitError, GatewayError } from '@hyperledger/fabric-gateway';
import { peer } from '@hyperledger/fabric-protos';

/** What can be written to a file and compared. */
export type Outcome =
  string | number | boolean | null | readonly Outcome[] | { readonly [name: string]: Outcome };

const VALIDATION_CODES = new Map(
  Object.entries(peer.TxValidationCode).map(([name, code]) => [code as number, name]),
);

/** Name of a validation code, as `VALID`. */
export const validationCode = (code: number): string => VALIDATION_CODES.get(code) ?? String(code);

/** A message without what is another's on every run: transaction IDs, addresses, block heights, certificates. */
export function normalise(message: string): string {
  return message
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'TXID')
    .replaceAll(/\b(?:127\.0\.0\.1|localhost)(?::|,)\d+/g, 'ADDRESS')
    .replaceAll(/BlockNum: \d+, TxNum: \d+/g, 'BlockNum: N, TxNum: N')
    .replaceAll(/Creator \[[0-9a-f]+\]/g, 'Creator [CERTIFICATE]');
}

/** What a client sees of a call: its result, or all of its failure. */
export async function seen(attempt: Promise<Uint8Array | string>): Promise<Outcome> {
  try {
    return { result: normalise(Buffer.from(await attempt).toString()) };
  } catch (error) {
    if (error instanceof CommitError) return { error: 'CommitError', code: validationCode(error.code) };
    if (error instanceof GatewayError)
      return {
        error: error.name,
        code: error.code,
        message: normalise(error.message),
        details: error.details.map(({ mspId, message }) => `${mspId}: ${normalise(message)}`).sort(),
      };
    throw error;
  }
}
