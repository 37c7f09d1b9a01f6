import { STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import { kidOf, type SignatureVerifier } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { StatementError, checkStatement, readStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import { ConsentError } from './errors.js';

/** A statement made by the patient's own app: checked here, so that the outbox takes in nothing that must fail. */
export function checkAppStatement<N extends StatementName>(
  core: { readonly patients: Pick<GatewayCore['patients'], 'consentKey'> },
  patient: Patient,
  token: string,
  expected: {
    readonly names: readonly N[];
    readonly networkId: string;
    readonly channels: readonly ChannelName[];
    readonly verifier: SignatureVerifier;
    /** With which it may be signed; the consent key in force unless told. */
    readonly keys?: readonly Uint8Array[] | undefined;
    /** The very same was checked and taken before: its signature is not looked at again. */
    readonly isKnown?: boolean;
    /** Now, unless told. */
    readonly nowMs?: number;
  },
): { readonly name: N; readonly sid: string; readonly body: StatementBody<N> } {
  const { names, networkId, channels, verifier, nowMs = Date.now(), isKnown = false } = expected;
  const { keys = [core.patients.consentKey(patient)] } = expected;
  try {
    const { header, payload } = isKnown
      ? readStatement(token)
      : checkStatement(token, {
          typ: names.map((name) => STATEMENTS[name].typ),
          audience: networkId,
          issuer: patient.patientId,
          publicKeyOf: (kid) => keys.find((key) => kid === kidOf('Ed25519', key)),
          verifier,
          now: Math.floor(nowMs / 1000),
        });
    const name = names.find((candidate) => STATEMENTS[candidate].typ === header.typ);
    const isForAll = channels.every((channel) => payload.channels.includes(channel));
    if (name !== undefined && isForAll && Value.Check(STATEMENTS[name].body, payload.body))
      return { name, sid: payload.sid, body: payload.body as unknown as StatementBody<N> };
  } catch (cause) {
    if (!(cause instanceof StatementError)) throw cause;
    throw new ConsentError('CONSENT_STATEMENT_REFUSED', `${cause.code}: ${cause.message}`, { cause });
  }
  throw new ConsentError(
    'CONSENT_STATEMENT_REFUSED',
    `Name the channels ${channels.join(' and ')}, and give the body by its schema`,
  );
}
