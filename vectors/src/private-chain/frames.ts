import { sha256 } from '@careledger/crypto';
import { MAX_READINGS_PER_FRAME, frameOrigin, nodeMerkleHasher } from '@careledger/private-chain';
import type { FrameErrorCode } from '@careledger/private-chain';
import {
  EPOCH,
  device,
  deviceId,
  elementAt,
  payload,
  publicKeyOf,
  sign,
  thief,
} from '@careledger/private-chain/testing';
import type { FrameVector } from '@careledger/private-chain/testing';
import type { Vector } from '@careledger/spec';

const origin = frameOrigin(deviceId, EPOCH, sha256);
const good = payload(0, origin);
const reading = elementAt(good.readings, 0);

type Named = Vector<FrameVector>;

function vector(name: string, description: string, token: string, code?: FrameErrorCode): Named {
  const base = { name, type: 'frame' as const, description, token, deviceKey: publicKeyOf(device) };
  return { ...base, leaf: nodeMerkleHasher.leaf(token), ...(code === undefined ? {} : { code }) };
}

function refused(name: string, description: string, members: object | string, code: FrameErrorCode): Named {
  return vector(name, description, sign(members), code);
}

const raw = (value: string): string => JSON.stringify({ ...good, readings: [] }).replace('[]', `[${value}]`);
const rawValue = (value: string): string =>
  raw(`{"t":"${reading.t}","code":"2339-0","value":${value},"unit":"mg/dL"}`);
const withReading = (changes: object): object => ({ ...good, readings: [{ ...reading, ...changes }] });

export function validFrames(): Named[] {
  return [
    vector('frame', 'One reading, counter 0, prev the origin of device and epoch.', sign(good)),
    vector(
      'frame-times-without-milliseconds',
      'Both forms of a time are accepted.',
      sign({ ...good, sent: '2026-01-05T08:00:00Z', readings: [{ ...reading, t: '2024-02-29T23:59:59Z' }] }),
    ),
    vector(
      'frame-glucose-above-250',
      'A glucose of 312 mg/dL is data like any other: rules look at it, the chain does not.',
      sign(withReading({ value: 312 })),
    ),
    vector(
      'frame-late-reading',
      'Measured six hours before it was sent.',
      sign(withReading({ t: '2026-01-05T02:00:00.000Z' })),
    ),
    vector(
      'frame-escaped-text',
      'JSON escapes are JSON: the unit is mg/dL.',
      sign(JSON.stringify(good).replace('mg/dL', 'mg\\/dL')),
    ),
    vector(
      'frame-monitor',
      'Several readings of one time share a signature.',
      sign({
        ...good,
        readings: [
          { t: reading.t, code: '8867-4', value: 71, unit: '/min' },
          { t: reading.t, code: '2708-6', value: 97.5, unit: '%' },
          { t: reading.t, code: '8480-6', value: 0, unit: 'mm[Hg]' },
        ],
      }),
    ),
  ];
}

export function invalidFrames(): Named[] {
  return [
    vector(
      'foreign-signature',
      "Names the device's key, signed with another.",
      sign(good, { ...thief, kid: device.kid }),
      'FRAME_SIGNATURE_INVALID',
    ),
    refused('value-not-a-number', 'NaN is not JSON.', rawValue('NaN'), 'FRAME_MALFORMED'),
    refused(
      'value-infinite',
      '1e999 is JSON and parses to infinity.',
      rawValue('1e999'),
      'FRAME_VALUE_INVALID',
    ),
    refused('value-as-text', 'A text instead of a number.', rawValue('"101"'), 'FRAME_VALUE_INVALID'),
    refused(
      'value-null',
      'An absent reading is left out, not null.',
      rawValue('null'),
      'FRAME_VALUE_INVALID',
    ),
    refused(
      'duplicate-reading',
      'Two values of one code at one time, the time spelt in both forms.',
      { ...good, readings: [reading, { ...reading, t: reading.t.replace('.000Z', 'Z'), value: 55 }] },
      'FRAME_DUPLICATE_READING',
    ),
    refused(
      'duplicate-member',
      'A value twice: two readers could see two values.',
      rawValue('101,"value":40'),
      'FRAME_MALFORMED',
    ),
    refused('extra-member', 'A member that no rule knows.', { ...good, patient: 'x' }, 'FRAME_MALFORMED'),
    refused('epoch-as-number', 'The epoch is text.', { ...good, epoch: 1 }, 'FRAME_MALFORMED'),
    refused('seq-fraction', 'Half a counter.', { ...good, seq: 0.5 }, 'FRAME_MALFORMED'),
    refused('seq-beyond-limit', 'A counter of 2^31.', { ...good, seq: 2 ** 31 }, 'FRAME_MALFORMED'),
    refused(
      'prev-not-canonical',
      'The same 32 bytes in a second base64url spelling.',
      { ...good, prev: origin.slice(0, -1) + 'B' },
      'FRAME_MALFORMED',
    ),
    refused('no-readings', 'A frame without readings.', { ...good, readings: [] }, 'FRAME_MALFORMED'),
    refused(
      'too-many-readings',
      'One more than a frame may hold.',
      {
        ...good,
        readings: Array.from({ length: MAX_READINGS_PER_FRAME + 1 }, (_, i) => ({
          t: reading.t,
          code: `${i}-1`,
          value: 1,
          unit: '1',
        })),
      },
      'FRAME_TOO_MANY_READINGS',
    ),
    refused('version-unknown', 'A version of the future.', { ...good, v: 3 }, 'FRAME_VERSION_UNSUPPORTED'),
    refused(
      'time-with-offset',
      'Local time.',
      withReading({ t: '2026-01-05T09:00:00+01:00' }),
      'FRAME_TIME_INVALID',
    ),
    refused(
      'time-30-february',
      'A day that does not exist.',
      withReading({ t: '2026-02-30T09:00:00Z' }),
      'FRAME_TIME_INVALID',
    ),
    refused(
      'time-leap-second',
      'Second 60.',
      { ...good, sent: '2016-12-31T23:59:60Z' },
      'FRAME_TIME_INVALID',
    ),
    refused(
      'time-microseconds',
      'More than three digits.',
      { ...good, sent: '2026-01-05T08:00:00.000001Z' },
      'FRAME_TIME_INVALID',
    ),
    refused(
      'code-not-loinc',
      'A name instead of a LOINC code.',
      withReading({ code: 'glucose' }),
      'FRAME_MALFORMED',
    ),
    refused('unit-with-space', 'UCUM has no spaces.', withReading({ unit: 'mg / dL' }), 'FRAME_MALFORMED'),
    vector(
      'statement-as-frame',
      'Signed by the device as another type of token.',
      sign(good, device, 'careledger.anchor+jws'),
      'FRAME_TYPE_WRONG',
    ),
    vector('signature-cut-off', 'No third part.', sign(good).replace(/\.[^.]*$/, '.'), 'FRAME_MALFORMED'),
    vector('not-a-token', 'Plain JSON.', JSON.stringify(good), 'FRAME_MALFORMED'),
  ];
}
