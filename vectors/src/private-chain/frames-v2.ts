import { sha256 } from '@careledger/crypto';
import { MAX_UP_MS, frameOrigin, nodeMerkleHasher } from '@careledger/private-chain';
import type { FrameErrorCode } from '@careledger/private-chain';
import {
  EPOCH,
  device,
  deviceId,
  elementAt,
  hashNamed,
  payload,
  payloadV2,
  publicKeyOf,
  sign,
  thief,
  voidPayload,
} from '@careledger/private-chain/testing';
import type { FrameVector } from '@careledger/private-chain/testing';
import type { Vector } from '@careledger/spec';

type Named = Vector<FrameVector>;

const origin = frameOrigin(deviceId, EPOCH, sha256);
const { t, code, value, unit } = elementAt(payload(0, origin).readings, 0);
const reading = { t, code, value, unit };
const bootReading = { up: 1_000, code, value, unit };

const withClock = (changes: object = {}): object => payloadV2(0, origin, changes);
const withReading = (changes: object): object => withClock({ readings: [{ ...reading, ...changes }] });
/** A device without a clock, a minute after its start. */
const withoutClock = (changes: object = {}): object =>
  withClock({ sent: undefined, boot: 'boot-a', up: 60_000, readings: [bootReading], ...changes });

function vector(name: string, description: string, token: string, why?: FrameErrorCode): Named {
  const base = { name, type: 'frame' as const, description, token, deviceKey: publicKeyOf(device) };
  return { ...base, leaf: nodeMerkleHasher.leaf(token), ...(why === undefined ? {} : { code: why }) };
}

const refused = (name: string, description: string, members: object, why: FrameErrorCode): Named =>
  vector(name, description, sign(members), why);

export function validFramesV2(): Named[] {
  return [
    vector('frame-v2', 'Version 2: by says who signs.', sign(withClock())),
    vector(
      'frame-v2-by-agent',
      'Signed by an app that reads from the instrument.',
      sign(withClock({ by: 'agent' })),
    ),
    vector(
      'frame-v2-below-range',
      'Beyond the range of the instrument: less than 40 mg/dL.',
      sign(withReading({ comparator: '<', value: 40 })),
    ),
    vector(
      'frame-v2-above-range',
      'Beyond the range of the instrument: more than 400 mg/dL.',
      sign(withReading({ comparator: '>', value: 400 })),
    ),
    vector(
      'frame-v2-two-values-of-one-instant',
      'What contradicts itself is kept: the rules look at it.',
      sign(withClock({ readings: [reading, { ...reading, value: 55 }, { ...reading, value: 55 }] })),
    ),
    vector('frame-v2-without-clock', 'Milliseconds since a named boot.', sign(withoutClock())),
    vector(
      'frame-v2-measured-as-sent',
      'The reading’s place in the boot is the frame’s.',
      sign(withoutClock({ up: 0, readings: [{ ...bootReading, up: 0 }] })),
    ),
    vector(
      'frame-v2-void',
      'In the place of a refused frame.',
      sign(voidPayload(0, origin, hashNamed('refused'))),
    ),
    vector(
      'frame-v2-void-without-clock',
      'In the place of a refused frame, by a device without a clock.',
      sign(
        withoutClock({ readings: undefined, void: { leaf: hashNamed('refused'), reason: 'UNKNOWN_CODE' } }),
      ),
    ),
  ];
}

export function invalidFramesV2(): Named[] {
  return [
    vector(
      'v2-foreign-signature',
      "Names the device's key, signed with another.",
      sign(withClock(), { ...thief, kid: device.kid }),
      'FRAME_SIGNATURE_INVALID',
    ),
    refused('v2-without-by', 'Nobody says who signs.', withClock({ by: undefined }), 'FRAME_MALFORMED'),
    refused('v2-by-patient', 'Signed by neither.', withClock({ by: 'patient' }), 'FRAME_MALFORMED'),
    refused('v1-by-device', 'Version 1 has no by.', withClock({ v: 1 }), 'FRAME_MALFORMED'),
    refused(
      'v1-with-comparator',
      'Version 1 has no comparator: its verifiers would take a bound for a value.',
      { ...payload(0, origin), readings: [{ ...reading, comparator: '<' }] },
      'FRAME_MALFORMED',
    ),
    refused('comparator-at-most', 'Only < and >.', withReading({ comparator: '<=' }), 'FRAME_MALFORMED'),
    refused(
      'comparator-null',
      'An absent comparator is left out.',
      withReading({ comparator: null }),
      'FRAME_MALFORMED',
    ),
    refused('clock-and-boot', 'Both sent and boot.', withoutClock({ sent: t }), 'FRAME_MALFORMED'),
    refused('neither-clock-nor-boot', 'No time at all.', withClock({ sent: undefined }), 'FRAME_MALFORMED'),
    refused(
      'boot-without-up',
      'A boot, and not how long ago.',
      withoutClock({ up: undefined }),
      'FRAME_MALFORMED',
    ),
    refused(
      'boot-with-space',
      'A boot is named as an epoch is.',
      withoutClock({ boot: 'boot a' }),
      'FRAME_MALFORMED',
    ),
    refused('up-fraction', 'Half a millisecond.', withoutClock({ up: 60_000.5 }), 'FRAME_TIME_INVALID'),
    refused('up-negative', 'Before the boot.', withoutClock({ up: -1 }), 'FRAME_TIME_INVALID'),
    refused(
      'up-beyond-limit',
      'More than 34 years.',
      withoutClock({ up: MAX_UP_MS + 1 }),
      'FRAME_TIME_INVALID',
    ),
    refused(
      'reading-after-frame',
      'Measured after it was sent, by one and the same counter.',
      withoutClock({ readings: [{ ...bootReading, up: 60_001 }] }),
      'FRAME_TIME_INVALID',
    ),
    refused(
      'reading-with-time-without-clock',
      'A device without a clock knows no time.',
      withoutClock({ readings: [reading] }),
      'FRAME_TIME_INVALID',
    ),
    refused(
      'reading-since-boot-with-clock',
      'A boot that the frame does not name.',
      withClock({ readings: [bootReading] }),
      'FRAME_TIME_INVALID',
    ),
    refused(
      'reading-with-both-times',
      'Two times of one reading.',
      withoutClock({ readings: [{ ...bootReading, t }] }),
      'FRAME_MALFORMED',
    ),
    refused(
      'void-with-readings',
      'A frame has readings or is void.',
      withClock({ void: { leaf: hashNamed('refused'), reason: 'WRONG_UNIT' } }),
      'FRAME_MALFORMED',
    ),
    refused('v2-no-readings', 'Nothing, and not void.', withClock({ readings: [] }), 'FRAME_MALFORMED'),
    refused(
      'void-without-leaf',
      'Of no frame in particular.',
      withClock({ readings: undefined, void: { reason: 'WRONG_UNIT' } }),
      'FRAME_MALFORMED',
    ),
    refused(
      'void-reason-in-words',
      'A reason is a code.',
      withClock({ readings: undefined, void: { leaf: hashNamed('refused'), reason: 'wrong unit' } }),
      'FRAME_MALFORMED',
    ),
    refused(
      'v1-void',
      'Version 1 has no void frame.',
      { ...voidPayload(0, origin, hashNamed('refused')), v: 1 },
      'FRAME_MALFORMED',
    ),
  ];
}
