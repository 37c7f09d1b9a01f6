import { elementAt } from '../element-at.js';
import { isJsonObject } from '@careledger/crypto/portable';
import type { JsonObject } from '@careledger/crypto/portable';
import { FrameError } from '../errors.js';
import { isBytes32 } from '../hash-text.js';
import { parseInstant } from '../instant.js';
import { MAX_FRAME_SEQ, MAX_READINGS_PER_FRAME } from '../limits.js';
import type { Frame, TimedReading } from './frame.js';

/** URL-safe, so that an epoch can stand in a topic or a file name; a gateway draws it at random. */
const EPOCH = /^[A-Za-z0-9_-]{1,32}$/;
const LOINC = /^[0-9]{1,7}-[0-9]$/;
/** UCUM's case-sensitive symbols are printable ASCII without spaces (UCUM section 2). */
const UCUM = /^[\x21-\x7e]{1,32}$/;

const PAYLOAD_MEMBERS = 6;
const READING_MEMBERS = 4;
/** Up to here comparing each with each is quicker than a set. */
const PAIRWISE_READINGS_MAX = 12;

/** Fields of a {@link Frame} that come from the token around its payload. */
export type FrameEnvelope = Pick<Frame, 'kid' | 'signingInput' | 'signature'>;

/** Checks a decoded payload member by member. @throws FrameError as `parseFrame` says */
export function readFramePayload(payload: JsonObject, envelope: FrameEnvelope): Frame {
  const { v, epoch, seq, prev, sent, readings } = payload;
  if (v !== 1) throw new FrameError('FRAME_VERSION_UNSUPPORTED', 'This gateway reads frames with v 1');
  if (Object.keys(payload).length !== PAYLOAD_MEMBERS) {
    throw malformed('a frame has exactly v, epoch, seq, prev, sent and readings');
  }
  if (!isEpoch(epoch)) throw malformed('epoch is the text that the gateway gave at pairing');
  if (!isSeq(seq)) throw malformed(`seq is an integer from 0 to ${MAX_FRAME_SEQ}`);
  if (!isBytes32(prev)) throw malformed('prev is a SHA-256 in base64url');
  const sentMs = instant(sent, 'sent');
  if (!Array.isArray(readings) || readings.length === 0) {
    throw malformed('readings is a list with at least one reading');
  }
  if (readings.length > MAX_READINGS_PER_FRAME) {
    throw new FrameError(
      'FRAME_TOO_MANY_READINGS',
      `A frame of ${readings.length} readings; send at most ${MAX_READINGS_PER_FRAME}`,
    );
  }
  const timed: TimedReading[] = [];
  for (const reading of readings) timed.push(readReading(reading));
  refuseDuplicates(timed);
  return {
    v,
    epoch,
    seq,
    prev,
    sent: sent as string,
    sentMs,
    readings: timed,
    kid: envelope.kid,
    signingInput: envelope.signingInput,
    signature: envelope.signature,
  };
}

/** Whether the text can name an epoch: 1 to 32 characters of the base64url alphabet. */
function isEpoch(text: unknown): text is string {
  return typeof text === 'string' && EPOCH.test(text);
}

function isSeq(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_FRAME_SEQ;
}

function readReading(reading: unknown): TimedReading {
  if (!isJsonObject(reading) || Object.keys(reading).length !== READING_MEMBERS) {
    throw malformed('a reading has exactly t, code, value and unit');
  }
  const { t, code, value, unit } = reading;
  const timeMs = instant(t, 't');
  if (typeof code !== 'string' || !LOINC.test(code)) throw malformed('code is a LOINC code, e.g. 2339-0');
  if (typeof unit !== 'string' || !UCUM.test(unit)) throw malformed('unit is a UCUM unit, e.g. mg/dL');
  // JSON has no NaN, but 1e999 parses to Infinity, and "5.5" is a text.
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new FrameError('FRAME_VALUE_INVALID', 'value is a finite JSON number; leave an absent reading out');
  }
  return { t: t as string, timeMs, code, value, unit };
}

function instant(text: unknown, name: string): number {
  const timeMs = typeof text === 'string' ? parseInstant(text) : Number.NaN;
  if (Number.isNaN(timeMs)) {
    throw new FrameError(
      'FRAME_TIME_INVALID',
      `${name} is RFC 3339 in UTC, YYYY-MM-DDTHH:MM:SSZ or with .mmm before the Z`,
    );
  }
  return timeMs;
}

/** Two values of one code at one time contradict each other or count one measurement twice. */
function refuseDuplicates(readings: readonly TimedReading[]): void {
  if (readings.length <= PAIRWISE_READINGS_MAX) {
    for (let i = 1; i < readings.length; i++) {
      for (let j = 0; j < i; j++) {
        if (
          elementAt(readings, i).timeMs === elementAt(readings, j).timeMs &&
          elementAt(readings, i).code === elementAt(readings, j).code
        ) {
          throw duplicate(elementAt(readings, i));
        }
      }
    }
    return;
  }
  const seen = new Set<string>();
  for (const reading of readings) {
    if (seen.size === seen.add(`${reading.timeMs} ${reading.code}`).size) throw duplicate(reading);
  }
}

function duplicate({ t, code }: TimedReading): FrameError {
  return new FrameError('FRAME_DUPLICATE_READING', `The frame has ${code} at ${t} twice`);
}

function malformed(rule: string): FrameError {
  return new FrameError('FRAME_MALFORMED', `Not a frame: ${rule}`);
}
