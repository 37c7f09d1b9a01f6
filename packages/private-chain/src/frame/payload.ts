import type { JsonObject } from '@careledger/crypto/portable';
import { FrameError } from '../errors.js';
import { isBytes32 } from '../hash-text.js';
import { MAX_FRAME_SEQ } from '../limits.js';
import { instantMs, isName, isSeq, malformed, upMs } from './fields.js';
import type { Frame, FrameBy, VoidedFrame } from './frame.js';
import { readReadings, refuseRepeated } from './readings.js';
import { readVoid } from './void.js';

/** v, epoch, seq, prev, sent, readings. */
const MEMBERS_V1 = 6;
/** v, epoch, seq, prev, by, sent, and readings or void; without a clock boot and up in place of sent. */
const MEMBERS_V2 = 7;
const MEMBERS_V2_BOOT = 8;

/** Fields of a {@link Frame} that come from the token around its payload. */
export type FrameEnvelope = Pick<Frame, 'kid' | 'signingInput' | 'signature'>;

/**
 * Checks a decoded payload member by member. @throws FrameError as `parseFrame` says, with the frame's `seq` where that
 * could be read
 */
export function readFramePayload(payload: JsonObject, envelope: FrameEnvelope): Frame {
  try {
    return payload.v === 2 ? readV2(payload, envelope) : readV1(payload, envelope);
  } catch (error) {
    if (error instanceof FrameError && isSeq(payload.seq)) throw error.ofFrame(payload.seq);
    throw error;
  }
}

function readV1(payload: JsonObject, envelope: FrameEnvelope): Frame {
  if (payload.v !== 1) {
    throw new FrameError('FRAME_VERSION_UNSUPPORTED', 'v is 1 or 2: this gateway reads no other frames');
  }
  if (Object.keys(payload).length !== MEMBERS_V1) {
    throw malformed('a frame of v 1 has exactly v, epoch, seq, prev, sent and readings');
  }
  const { epoch, seq, prev } = readLink(payload);
  const sentMs = instantMs(payload.sent, 'sent');
  const readings = readReadings(payload.readings, 1, undefined);
  refuseRepeated(readings);
  return {
    v: 1,
    epoch,
    seq,
    prev,
    by: undefined,
    sent: payload.sent as string,
    sentMs,
    boot: undefined,
    up: undefined,
    readings,
    void: undefined,
    kid: envelope.kid,
    signingInput: envelope.signingInput,
    signature: envelope.signature,
  };
}

function readV2(payload: JsonObject, envelope: FrameEnvelope): Frame {
  const { by, sent, boot, up } = payload;
  const isOfBoot = sent === undefined;
  if (Object.keys(payload).length !== (isOfBoot ? MEMBERS_V2_BOOT : MEMBERS_V2)) {
    throw malformed(
      'a frame of v 2 has exactly v, epoch, seq, prev, by, sent (or boot and up), and readings or void',
    );
  }
  const { epoch, seq, prev } = readLink(payload);
  if (!isBy(by)) throw malformed('by is device or agent');
  if (isOfBoot && !isName(boot))
    throw malformed('boot is 1 to 32 characters of A–Z, a–z, 0–9, _ and -; without a clock, instead of sent');
  const sentMs = isOfBoot ? undefined : instantMs(sent, 'sent');
  const bootMs = isOfBoot ? upMs(up, 'up') : undefined;
  const voided: VoidedFrame | undefined = payload.void === undefined ? undefined : readVoid(payload.void);
  return {
    v: 2,
    epoch,
    seq,
    prev,
    by,
    sent: sent as string | undefined,
    sentMs,
    boot: boot as string | undefined,
    up: bootMs,
    readings: voided === undefined ? readReadings(payload.readings, 2, bootMs) : [],
    void: voided,
    kid: envelope.kid,
    signingInput: envelope.signingInput,
    signature: envelope.signature,
  };
}

function readLink({ epoch, seq, prev }: JsonObject): Pick<Frame, 'epoch' | 'seq' | 'prev'> {
  if (!isName(epoch)) throw malformed('epoch is the text that the gateway gave at pairing');
  if (!isSeq(seq)) throw malformed(`seq is an integer from 0 to ${MAX_FRAME_SEQ}`);
  if (!isBytes32(prev)) throw malformed('prev is a SHA-256 in base64url');
  return { epoch, seq, prev };
}

function isBy(value: unknown): value is FrameBy {
  return value === 'device' || value === 'agent';
}
