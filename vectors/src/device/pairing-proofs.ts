import { signJws, toBase64url, type Signer } from '@careledger/crypto';
import { PAIRING_PROOF_TYP, type RegisterDevice } from '@careledger/protocol';
import type { Vector } from '@careledger/spec';
import { GATEWAY_ID, NOW, PAIRING_CODE, device, deviceKey, stranger } from './fixtures.js';

/** The body of `POST /v1/devices`, as a gateway with this ID has to judge it at `now`. */
export type PairingProofVector = {
  type: 'pairing-proof';
  description: string;
  request: RegisterDevice;
  gatewayId: string;
  /** Seconds. */
  now: number;
  code?: 'PAIRING_PROOF_INVALID';
};

const good = { aud: GATEWAY_ID, pairingCode: PAIRING_CODE, deviceKey, iat: NOW - 3 };

function vector(
  name: string,
  description: string,
  proof: string,
  isValid = false,
): Vector<PairingProofVector> {
  const profile = { type: 'continuous-glucose-monitor', codes: ['2339-0'] };
  return {
    ...{ name, type: 'pairing-proof', description },
    request: { pairingCode: PAIRING_CODE, deviceKey, proof, profile },
    ...{ gatewayId: GATEWAY_ID, now: NOW },
    ...(!isValid && { code: 'PAIRING_PROOF_INVALID' as const }),
  };
}

const signed = (
  payload: Parameters<typeof signJws>[0]['payload'],
  { signer = device, typ = PAIRING_PROOF_TYP }: { signer?: Signer; typ?: string } = {},
): string => signJws({ typ, payload }, signer);
const text = (json: string): Uint8Array => new TextEncoder().encode(json);

export const validProofs = (): Vector<PairingProofVector>[] => [
  vector('pairing-proof', 'By the key that it registers, for this gateway and this code', signed(good), true),
  vector(
    'pairing-proof-in-other-order',
    'Order of members and white space are free',
    signed(
      text(
        `{ "iat": ${good.iat}, "deviceKey": "${deviceKey}",\n "pairingCode": "${PAIRING_CODE}", "aud": "${GATEWAY_ID}" }`,
      ),
    ),
    true,
  ),
];

export const invalidProofs = (): Vector<PairingProofVector>[] => [
  vector(
    'pairing-proof-of-other-key',
    'Whoever signed does not have the key that it would register',
    signed(good, { signer: { ...stranger, kid: device.kid } }),
  ),
  vector('pairing-proof-names-other-key', 'kid is another key’s', signed(good, { signer: stranger })),
  vector(
    'pairing-proof-for-other-gateway',
    'Taken to a gateway that the patient did not mean',
    signed({ ...good, aud: 'gateway-home-2' }),
  ),
  vector(
    'pairing-proof-for-other-code',
    'A proof that was seen before, sent with a new code',
    signed({ ...good, pairingCode: 'aaaaaaaaaaaaaaaa' }),
  ),
  vector(
    'pairing-proof-for-other-device',
    'deviceKey of the proof is not that of the request',
    signed({ ...good, deviceKey: toBase64url(stranger.publicKey) }),
  ),
  vector(
    'pairing-proof-as-token',
    'Signed for another purpose',
    signed(good, { typ: 'careledger.device-token+jwt' }),
  ),
  vector('pairing-proof-extra-member', 'A member that no rule knows', signed({ ...good, patientId: 'x' })),
  vector(
    'pairing-proof-time-as-text',
    'iat is a number of whole seconds',
    signed({ ...good, iat: `${NOW}` }),
  ),
  vector(
    'pairing-proof-member-twice',
    'Two readers could see two gateways',
    signed(text(JSON.stringify(good).replace('{', '{"aud":"gateway-home-2",'))),
  ),
];
