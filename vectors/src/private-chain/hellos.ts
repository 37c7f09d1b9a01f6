import type { FrameErrorCode } from '@careledger/private-chain';
import { EPOCH, device, publicKeyOf, sign, thief } from '@careledger/private-chain/testing';
import type { HelloVector } from '@careledger/private-chain/testing';
import type { Vector } from '@careledger/spec';

type Named = Vector<HelloVector>;

const HELLO_TYP = 'careledger.hello+jws';
const NONCE = 'AAABnZq8OAB0aGlydHktdHdvIGNoYXJhY3RlcnMgb2YgaW5r';
const withClock = { v: 2, epoch: EPOCH, nonce: NONCE, sent: '2026-01-05T08:00:00.000Z' };
const withoutClock = { v: 2, epoch: EPOCH, nonce: NONCE, boot: 'boot-a', up: 60_000 };

function vector(name: string, description: string, token: string, code?: FrameErrorCode): Named {
  const base = { name, type: 'hello' as const, description, token, deviceKey: publicKeyOf(device) };
  return code === undefined ? base : { ...base, code };
}

const signed = (members: object): string => sign(members, device, HELLO_TYP);
const refused = (name: string, description: string, members: object, code: FrameErrorCode): Named =>
  vector(name, description, signed(members), code);

export function validHellos(): Named[] {
  return [
    vector('hello', 'The device’s clock, with the nonce that the gateway gave.', signed(withClock)),
    vector(
      'hello-for-nonce',
      'A device that has no nonce yet asks for one.',
      signed({ ...withClock, nonce: null }),
    ),
    vector('hello-without-clock', 'Milliseconds since a named boot.', signed(withoutClock)),
  ];
}

export function invalidHellos(): Named[] {
  return [
    vector(
      'hello-foreign-signature',
      "Names the device's key, signed with another.",
      sign(withClock, { ...thief, kid: device.kid }, HELLO_TYP),
      'FRAME_SIGNATURE_INVALID',
    ),
    vector('hello-as-frame', 'A hello under the type of a frame.', sign(withClock), 'FRAME_TYPE_WRONG'),
    refused(
      'hello-v1',
      'There is no hello of version 1.',
      { ...withClock, v: 1 },
      'FRAME_VERSION_UNSUPPORTED',
    ),
    refused(
      'hello-without-nonce',
      'Nothing is left out: null asks for a nonce.',
      { ...withClock, nonce: undefined },
      'FRAME_MALFORMED',
    ),
    refused('hello-nonce-number', 'A nonce is text.', { ...withClock, nonce: 7 }, 'FRAME_MALFORMED'),
    refused(
      'hello-nonce-long',
      'A nonce of 129 characters.',
      { ...withClock, nonce: 'A'.repeat(129) },
      'FRAME_MALFORMED',
    ),
    refused(
      'hello-clock-and-boot',
      'Both sent and boot.',
      { ...withoutClock, sent: withClock.sent },
      'FRAME_MALFORMED',
    ),
    refused(
      'hello-extra-member',
      'A member that no rule knows.',
      { ...withClock, patient: 'x' },
      'FRAME_MALFORMED',
    ),
    refused(
      'hello-local-time',
      'Local time.',
      { ...withClock, sent: '2026-01-05T09:00:00+01:00' },
      'FRAME_TIME_INVALID',
    ),
    refused('hello-up-text', 'A counter as text.', { ...withoutClock, up: '60000' }, 'FRAME_TIME_INVALID'),
  ];
}
