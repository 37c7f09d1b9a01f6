import { MspId, NetworkId, PublicKey } from '@careledger/domain';
import { requireRole, type ServiceApp, withExamples } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { ledgerTrustRoots } from '../attest/trust-roots.js';
import type { LedgerChannel } from '../channel.js';
import { ledgerAnswers, onLedger } from './problems.js';
import { EXAMPLE } from '@careledger/domain/examples';

/** Whoever made a proof must not be the one who says whom to believe. */
const WARNING =
  'These roots come from a service of this network. They prove nothing about a proof that came from the same side: compare the ' +
  'keys with those that the organisations publish themselves, then set production to true.';

const TrustRootsAnswer = Type.Object(
  {
    warning: Type.String(),
    trustRoots: Type.Object({
      v: Type.Literal(1),
      kind: Type.Literal('careledger.trust-roots'),
      network: NetworkId,
      production: Type.Literal(false),
      attestors: Type.Record(MspId, Type.Array(PublicKey)),
      threshold: Type.Integer({ minimum: 1 }),
      channel: Type.Literal('authorities'),
      chaincode: Type.String(),
    }),
  },
  { title: 'TrustRootsAnswer' },
);

const trustRoots: Static<typeof TrustRootsAnswer> = {
  warning: WARNING,
  trustRoots: {
    v: 1,
    kind: 'careledger.trust-roots',
    network: EXAMPLE.network,
    production: false,
    attestors: {
      HospitalMSP: [EXAMPLE.publicKey],
      LabMSP: [EXAMPLE.otherPublicKey],
      PatientsMSP: [EXAMPLE.hash],
    },
    threshold: 2,
    channel: 'authorities',
    chaincode: 'records',
  },
};

export interface TrustRootsRouteOptions {
  readonly ledger: { channel(name: 'authorities'): LedgerChannel };
  readonly networkId: string;
  readonly roles: Parameters<typeof requireRole>;
}

/** What a verifier of proofs needs besides the proof, with the warning that it needs it from somebody else. */
export function addTrustRootsRoute(
  app: ServiceApp,
  { ledger, networkId, roles }: TrustRootsRouteOptions,
): void {
  app.get(
    '/v1/trust-roots',
    {
      config: requireRole(...roles),
      schema: {
        summary:
          'Attestors on the ledger, in the form of trust roots; from the prover’s side they prove nothing',
        problems: ledgerAnswers,
        response: { 200: withExamples(TrustRootsAnswer, trustRoots) },
      },
    },
    async () => ({
      warning: WARNING,
      trustRoots: await onLedger(() => ledgerTrustRoots(ledger.channel('authorities'), { networkId })),
    }),
  );
}
