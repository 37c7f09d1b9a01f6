import { STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import { fromBase64url, kidOf, type SignatureVerifier } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { StatementError, checkStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import { ConsentError } from './errors.js';
import { genesisOf } from './genesis.js';

/** A statement made by the patient's own app: checked here, so that the outbox takes in nothing that must fail. */
export function checkAppStatement<N extends StatementName>(
  core: Pick<GatewayCore, 'chain'>,
  patient: Patient,
  token: string,
  expected: {
    readonly names: readonly N[];
    readonly networkId: string;
    readonly channels: readonly ChannelName[];
    readonly verifier: SignatureVerifier;
    /** Now, unless told. */
    readonly nowMs?: number;
  },
): { readonly name: N; readonly sid: string; readonly body: StatementBody<N> } {
  const { names, networkId, channels, verifier, nowMs = Date.now() } = expected;
  const consentKey = fromBase64url(genesisOf(core, patient).consentKey);
  try {
    const { header, payload } = checkStatement(token, {
      typ: names.map((name) => STATEMENTS[name].typ),
      audience: networkId,
      issuer: patient.patientId,
      publicKeyOf: (kid) => (kid === kidOf('Ed25519', consentKey) ? consentKey : undefined),
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
