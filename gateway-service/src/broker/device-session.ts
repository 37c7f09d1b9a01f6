import { timestampOf } from '@careledger/domain';
import { framesTopic, resultsTopic, type DeviceResult } from '@careledger/protocol';
import type { Client } from 'aedes';
import type { TokenSample } from '../device-clock/index.js';
import type { Device } from '../devices/index.js';
import { answerBytes, resultPacket, topicField, type Answer } from './answer-packets.js';
import {
  ANSWERS_BACKLOG_MAX_BYTES,
  LIMITED_MAX_FRAMES,
  LIMITED_UNANSWERED_MAX_TURNS,
  UNANSWERED_MAX_TURNS,
} from './limits.js';

export interface SessionOptions {
  readonly isLimited: boolean;
  readonly tokenSample: TokenSample | undefined;
  /** The gateway's, milliseconds since 1970. */
  readonly clock: () => number;
}

/** A device's connection. */
export class DeviceSession {
  readonly framesTopic: string;
  readonly resultsTopic: string;
  /** Whether the device has subscribed to its results. */
  wantsResults = false;
  /** What its token says of the device's clock, to be believed with the first frame that is accepted. */
  readonly tokenSample: TokenSample | undefined;
  /** What a session that was opened with a token out of time is not told yet; undefined once it is a full one. */
  #held: DeviceResult[] | undefined;
  /** Answers while it was a limited one. */
  #limitedAnswers = 0;
  readonly #resultsField: Uint8Array;
  readonly #framesField: Buffer;
  readonly #clock: () => number;
  #answers: Answer[] = [];
  /** Turns of the frames that were read and not answered yet. */
  #unanswered = 0;
  /** Whether CONNACK is out. */
  isConnected = false;
  readonly #flush = (): void => this.#write();
  readonly #goOn = (): void => {
    this.client.conn.emit('readable');
  };

  constructor(
    readonly device: Device,
    readonly client: Client,
    { isLimited, tokenSample, clock }: SessionOptions,
  ) {
    this.tokenSample = tokenSample;
    this.#clock = clock;
    this.#held = isLimited ? [] : undefined;
    this.framesTopic = framesTopic(device.deviceId);
    this.resultsTopic = resultsTopic(device.deviceId);
    this.#resultsField = topicField(this.resultsTopic);
    this.#framesField = topicField(this.framesTopic);
  }

  /** Whether frames of many turns wait for their answer: more are read once they have it. */
  get isBusy(): boolean {
    return this.#unanswered >= (this.isLimited ? LIMITED_UNANSWERED_MAX_TURNS : UNANSWERED_MAX_TURNS);
  }

  /** A frame of so many turns was read: `answer` follows, or the connection ends. */
  read(turns: number): void {
    this.#unanswered += turns;
  }

  /** Where the frames topic ends in what is behind the fixed header of a PUBLISH; undefined if that has another topic. */
  frameAt(body: Buffer): number | undefined {
    const { length } = this.#framesField;
    const isOwn = body.length >= length && this.#framesField.compare(body, 0, length) === 0;
    return isOwn ? length : undefined;
  }

  /**
   * Tells the device what became of a frame, and acknowledges it. The result goes with QoS 0: it can be lost with the
   * connection, and so can the PUBACK behind it; whoever has that has had the result.
   * @param messageId packet id of the frame; undefined for QoS 0, which has no PUBACK
   * @param turns for which it was read
   */
  answer(messageId: number | undefined, result: DeviceResult, turns: number): void {
    const wasBusy = this.isBusy;
    this.#unanswered -= turns;
    if (wasBusy && !this.isBusy) setImmediate(this.#goOn);
    if (this.#held !== undefined) this.#countLimited();
    if (this.#held !== undefined && !isChallenge(result)) this.#held.push(result);
    else if (this.wantsResults) this.#tell(result);
    if (messageId !== undefined) this.#push(messageId);
  }

  /** Whether it was opened with a token out of time, and no frame of it was stored yet. */
  get isLimited(): boolean {
    return this.#held !== undefined;
  }

  /** A frame of it was stored: it is the device's, which is told what was held back. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    // More may wait for their answers from now on.
    setImmediate(this.#goOn);
    if (this.wantsResults) for (const result of held) this.#tell(result);
  }

  #countLimited(): void {
    this.#limitedAnswers++;
    if (this.#limitedAnswers > LIMITED_MAX_FRAMES) this.client.close();
  }

  #tell(result: DeviceResult): void {
    const gatewayTime = timestampOf(this.#clock());
    this.#push(resultPacket(this.#resultsField, { ...result, gatewayTime }));
  }

  /** All answers of this turn of the event loop go out in one write; then the frames behind them are read. */
  #push(answer: Answer): void {
    if (this.#answers.length === 0) process.nextTick(this.#flush);
    this.#answers.push(answer);
  }

  #write(): void {
    const answers = this.#answers;
    this.#answers = [];
    const { client } = this;
    if (answers.length === 0 || !client.connected || client.closed) return;
    client.conn.write(answerBytes(answers));
    // It sends frames and never reads what becomes of them.
    if (client.conn.writableLength > ANSWERS_BACKLOG_MAX_BYTES) client.close();
  }
}

/**
 * What a limited session is told too: a nonce, which is worth nothing without the device's key, and what followed from its
 * signature. A device without a clock has no other way to say, before its first frame, that it was started again.
 */
const isChallenge = (result: DeviceResult): boolean =>
  'hello' in result && (result.hello === 'nonce' || result.hello === 'taken');
