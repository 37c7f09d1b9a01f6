import type { ConfigAt } from '@careledger/clinical';
import { FrameError, parseFrame, parseHello, type Frame, type Hello } from '@careledger/private-chain';
import type { DeviceResult, FrameResult } from '@careledger/protocol';
import { isTracing, type TraceParent } from '@careledger/service-kit';
import type { ChainKeeper } from '../chain/keeper.js';
import type { ChainRecovery } from '../chain/recover.js';
import type { PendingBlock } from '../chain/seal.js';
import type { Device } from '../devices/index.js';
import { FairQueue } from '../scheduling/fair-queue.js';
import { FRAME_FLAG, type GatewayStore, type StoreWriter } from '../store/index.js';
import { checkQueuedFrame, type FrameChecks } from './check.js';
import { IngestError, isSentAgain, type Refusal, type RefusalCode } from './codes.js';
import { IngestCounters } from './counters.js';
import { traceFrame } from './frame-span.js';
import type { Greetings } from './greetings.js';
import { Group } from './group.js';
import {
  DEVICE_QUEUE_MAX_TURNS,
  GROUP_MAX_FRAMES,
  QUEUE_MAX_BYTES,
  QUEUE_MAX_FRAMES,
  QUEUE_RESUME_FRACTION,
  SLICE_MAX_FRAMES,
  UNPROVED_QUEUE_MAX_TURNS,
  URGENT_GROUP_MAX_FRAMES,
  URGENT_SYNCS_MAX,
  VERIFY_THREAD_MIN_WAITING,
} from './limits.js';
import { VerifyThread, type Offered, type VerifyThreadOptions } from './signatures/index.js';
import type { CommittedFrame, FrameTicket } from './ticket.js';
import { turnsOf } from './turns.js';
import { UrgentTrust } from './urgent-trust.js';

export interface PipelineOptions extends FrameChecks {
  readonly store: Pick<GatewayStore, 'deferred' | 'syncThen'>;
  readonly keeper: ChainKeeper;
  readonly clock: () => number;
  /** Whether that clock is proved; if not, no device's clock is compared with it. */
  readonly isClockProved: () => boolean;
  readonly greetings: Greetings;
  /** What judges a patient's readings, from memory: every frame is asked. */
  readonly configAt: (patientNo: number) => ConfigAt;
  /** Brings the chains in memory back to what the store has, after a transaction that failed. */
  readonly recovery: Pick<ChainRecovery, 'recover'>;
  /** A thread verifies signatures beside this one under load, on libsodium; `onLost` hears when it died or hung. None unless given. */
  readonly verifyThread?: VerifyThreadOptions | undefined;
  /** A sync failed: what is on disk is unknown, and only a restart can tell. */
  readonly onFatal: (error: Error) => void;
}

interface QueuedFrame {
  readonly device: Device;
  readonly bytes: Uint8Array;
  readonly read: ReadFrame;
  readonly receivedMs: number;
  readonly isUrgent: boolean;
  readonly ticket: FrameTicket;
  readonly trace: TraceParent | null;
  /** Its signature, if another thread was asked to verify it meanwhile. */
  readonly offered: Offered | undefined;
}

/**
 * The hot path: frames in; checked, chained, on disk; results out. What arrives while a group of frames reaches the disk
 * makes the next group, with one transaction and one fdatasync. Devices take turns. Frames that may be urgent are checked
 * first, and their group does not wait for the sync of an ordinary one. Under load another thread verifies signatures of
 * frames that have long to wait (`signatures/verify-thread.ts`); their order and their checks are the same.
 */
export class IngestPipeline {
  readonly counters = new IngestCounters();
  readonly #options: PipelineOptions;
  readonly #queue = new FairQueue<Device, QueuedFrame>();
  readonly #trust = new UrgentTrust();
  readonly #committedListeners: ((frames: readonly CommittedFrame[]) => void)[] = [];
  readonly #refusedListeners: ((device: Device, receivedMs: number) => void)[] = [];
  readonly #sealedListeners: ((blocks: readonly PendingBlock[]) => void)[] = [];
  readonly #drainListeners: (() => void)[] = [];
  #group = new Group();
  #queuedBytes = 0;
  #syncing = 0;
  #isScheduled = false;
  #isFull = false;
  #refusal: IngestError | undefined;
  #idle: (() => void)[] = [];
  readonly #runSlice = (): void => this.#slice();
  readonly #verifyThread: VerifyThread | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
    const { verifyThread } = options;
    if (verifyThread === undefined) return;
    this.#verifyThread = new VerifyThread({
      ...verifyThread,
      onLost: (error) => {
        this.counters.verifyThreadLosses++;
        verifyThread.onLost(error);
      },
    });
  }

  /**
   * Called with what has become durable, in the same turn as its acknowledgements, in the order of row ids. This is where
   * frames go on: `processing/processor.ts` listens.
   */
  onFramesCommitted(listener: (frames: readonly CommittedFrame[]) => void): void {
    this.#committedListeners.push(listener);
  }

  /** Called for each frame that is refused, when it is checked. Listeners must be quick. */
  onFrameRefused(listener: (device: Device, receivedMs: number) => void): void {
    this.#refusedListeners.push(listener);
  }

  /** Called with blocks that have become durable. */
  onBlocksSealed(listener: (blocks: readonly PendingBlock[]) => void): void {
    this.#sealedListeners.push(listener);
  }

  /** Called when there is room again after `isFull`. */
  onDrained(listener: () => void): void {
    this.#drainListeners.push(listener);
  }

  /** Whether sources should hold back: what they hand in all the same is taken, except by `ingest`. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Frames that wait for their checks. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Takes a frame in, unless too many of its device wait. `bytes` must not change until the ticket is called. */
  submit(device: Device, bytes: Uint8Array, ticket: FrameTicket): void {
    if (this.#refusal !== undefined) {
      ticket.fail(this.#refusal);
      return;
    }
    const mostTurns = ticket.isUnproved === true ? UNPROVED_QUEUE_MAX_TURNS : DEVICE_QUEUE_MAX_TURNS;
    if (this.#queue.costOf(device) >= mostTurns) {
      ticket.fail(overloaded());
      return;
    }
    const read = readFrame(bytes);
    const receivedMs = this.#options.clock();
    const isUrgent =
      read.kind === 'frame' &&
      this.#isPossiblyUrgent(device, read.frame, receivedMs) &&
      this.#trust.mayGoFirst(device, receivedMs);
    if (isUrgent) this.counters.urgent++;
    const cost = turnsOf(bytes);
    // Asked first: on the hot path nothing is done for traces that nobody wants.
    const traced = isTracing() ? traceFrame(ticket, isUrgent) : undefined;
    this.#queue.push(
      device,
      {
        device,
        bytes,
        read,
        receivedMs,
        isUrgent,
        ticket: traced?.ticket ?? ticket,
        trace: traced?.trace ?? null,
        offered: isUrgent ? undefined : this.#offer(device, read),
      },
      { cost, isUrgent },
    );
    this.#queuedBytes += bytes.length;
    if (this.#queue.size >= QUEUE_MAX_FRAMES || this.#queuedBytes >= QUEUE_MAX_BYTES) this.#isFull = true;
    this.#schedule();
  }

  /** `submit` as a promise, for HTTP. @throws IngestError `GATEWAY_OVERLOADED` and what fails a ticket */
  ingest(device: Device, bytes: Uint8Array): Promise<DeviceResult> {
    if (this.#isFull) return Promise.reject(overloaded());
    return new Promise((settle, fail) => this.submit(device, bytes, { settle, fail }));
  }

  /** Counts and answers a frame that a source refuses by itself. */
  refuse(code: RefusalCode, bytes: Uint8Array, ticket: FrameTicket): void {
    const read = readFrame(bytes);
    const seq = read.kind === 'frame' ? read.frame.seq : read.kind === 'refused' ? read.refusal.seq : null;
    this.counters.reject(code);
    ticket.settle(resultOf({ code, seq }));
  }

  /**
   * Lets `change` seal blocks, in the order with the frames, and resolves when they are on disk. They go at once.
   * @throws IngestError what `change` throws, and if the store fails
   */
  async seal<T>(change: (keeper: ChainKeeper, nowMs: number) => T): Promise<T> {
    if (this.#refusal !== undefined) throw this.#refusal;
    const result = change(this.#options.keeper, this.#options.clock());
    if (!this.#options.keeper.hasPending && this.#group.isEmpty && this.#syncing === 0) return result;
    this.#group.isUrgent = true;
    await new Promise<void>((resolve, reject) => {
      this.#group.whenDurable.push({ resolve, reject });
      this.#commit();
    });
    return result;
  }

  /** Seals the blocks whose time has come. */
  sealDue(): void {
    if (this.#refusal !== undefined) return;
    const { keeper, clock } = this.#options;
    if (keeper.sealDue(clock()) > 0 && this.#syncing === 0) this.#commit();
  }

  /** Takes nothing more in and resolves when everything that was is settled. */
  async stop(): Promise<void> {
    this.#refusal ??= new IngestError(
      'GATEWAY_STOPPING',
      'The gateway is stopping: send it again in a moment',
    );
    await this.idle();
    await this.#verifyThread?.close();
  }

  /** Resolves when everything that was taken in is settled. */
  async idle(): Promise<void> {
    if (this.#queue.size === 0 && this.#group.isEmpty && this.#syncing === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      this.#schedule();
    });
  }

  #isPossiblyUrgent({ deviceId, clock, chain }: Device, frame: Frame, receivedMs: number): boolean {
    const { rules, configAt } = this.#options;
    return rules.isPossiblyUrgent(frame.readings, {
      ...{ deviceId, receivedMs, offsetMs: clock.expected(frame, receivedMs) },
      configAt: configAt(chain.patient.patientNo),
    });
  }

  /** Asks the other thread, where the frame has long enough to wait for an answer to come in time. */
  #offer(device: Device, read: ReadFrame): Offered | undefined {
    if (this.#queue.size < VERIFY_THREAD_MIN_WAITING || this.#verifyThread === undefined) return undefined;
    if (read.kind !== 'frame' || read.frame.kid !== device.kid) return undefined;
    const { signingInput, signature } = read.frame;
    return this.#verifyThread.offer({ publicKey: device.publicKey, message: signingInput, signature });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#runSlice);
  }

  #slice(): void {
    this.#isScheduled = false;
    const nowMs = this.#options.clock();
    for (let n = 0; n < SLICE_MAX_FRAMES && this.#hasRoom; n++) {
      const item = this.#queue.shift();
      if (item === undefined) break;
      this.#queuedBytes -= item.bytes.length;
      this.#check(item, nowMs);
      // The urgent ones are through: their group goes now, without those that can wait.
      if (this.#group.isUrgent && !this.#queue.hasUrgent) break;
    }
    if (this.#mayCommit()) this.#commit();
    if (this.#queue.size > 0 && this.#hasRoom) this.#schedule();
    this.#reportRoom();
    this.#reportIdle();
  }

  /** Whether the group takes more. */
  get #hasRoom(): boolean {
    return this.#group.answers.length < (this.#queue.hasUrgent ? URGENT_GROUP_MAX_FRAMES : GROUP_MAX_FRAMES);
  }

  #mayCommit(): boolean {
    if (this.#group.isUrgent) return this.#syncing < URGENT_SYNCS_MAX;
    return this.#syncing === 0 && this.#isWorthWriting();
  }

  /**
   * Under load a group is written once it is as large as what still waits: its front then waits no longer than its end
   * had to, and there are few transactions, and few writes to each socket.
   */
  #isWorthWriting(): boolean {
    const size = this.#group.answers.length;
    return size >= this.#queue.size || size >= GROUP_MAX_FRAMES;
  }

  #check(item: QueuedFrame, nowMs: number): void {
    const { read, device, bytes, receivedMs, isUrgent, ticket, trace } = item;
    const isSigned = item.offered?.take(device.publicKey);
    if (isSigned !== undefined) this.counters.verifiedInThread++;
    if (read.kind === 'refused') {
      this.#refuse(item, read.refusal);
      return;
    }
    if (read.kind === 'hello') {
      this.#greet(item, read.hello);
      return;
    }
    const { frame } = read;
    const checked = checkQueuedFrame({ device, frame, bytes, isSigned }, this.#options);
    if (isUrgent) this.#trust.note(device, checked.outcome === 'accepted', nowMs);
    if (checked.outcome === 'rejected') {
      this.#refuse(item, { ...checked, seq: frame.seq });
      return;
    }
    const group = this.#group;
    if (isUrgent) group.isUrgent = true;
    if (checked.outcome === 'duplicate') {
      this.counters.duplicates++;
      const { height } = checked;
      const result = { seq: frame.seq, status: 'duplicate' } as const;
      group.answers.push({ ticket, result: height === undefined ? result : { ...result, height } });
      return;
    }
    const { leaf, verdict } = checked;
    const { chain } = device;
    chain.state = verdict.nextState;
    const missing = verdict.gap === undefined ? 0 : verdict.gap.to - verdict.gap.from + 1;
    const arrival = { receivedMs, isProved: this.#options.isClockProved() };
    if (ticket.tokenSample !== undefined) device.clock.tokenWithFrame(ticket.tokenSample, frame, arrival);
    const { offsetMs, isUnknown } = device.clock.accept(frame, arrival);
    if (!device.clock.isStored) group.clocks.add(device);
    const accepted = { chain, frame, leaf, missing, offsetMs, receivedMs };
    const { rowId, height } = this.#options.keeper.append(accepted, nowMs);
    let flags = 0;
    if (frame.sentMs !== undefined && this.#options.rules.isSentSkewed(frame.sentMs, receivedMs))
      flags |= FRAME_FLAG.clockSkew;
    if (verdict.filler === true) flags |= FRAME_FLAG.filler;
    if (isUnknown) flags |= FRAME_FLAG.timeUnknown;
    const { patientNo } = chain.patient;
    group.frames.push({
      rowId,
      patientNo,
      device,
      frame,
      receivedMs,
      flags,
      offsetMs,
      isUrgent,
      trace,
      height,
      seq: frame.seq,
      jws: bytes,
      chainNo: chain.chainNo,
    });
    group.answers.push({ ticket, result: { seq: frame.seq, status: 'stored', height } });
    this.counters.gaps += missing;
  }

  /** Refused, but answered in its turn: acknowledgements keep the order of a device's frames. */
  #refuse({ device, receivedMs, ticket }: QueuedFrame, refusal: Refusal): void {
    this.counters.reject(refusal.code);
    for (const listener of this.#refusedListeners) listener(device, receivedMs);
    this.#group.answers.push({ ticket, result: resultOf(refusal) });
  }

  #greet({ device, receivedMs, ticket }: QueuedFrame, hello: Hello): void {
    const { greetings, isClockProved } = this.#options;
    const result = greetings.answer(device, hello, { receivedMs, isProved: isClockProved() });
    this.counters.hellos++;
    if (!device.clock.isStored) this.#group.clocks.add(device);
    this.#group.answers.push({ ticket, result });
  }

  #commit(): void {
    const { store, keeper } = this.#options;
    const group = this.#group;
    if (group.isEmpty && !keeper.hasPending) return;
    this.#group = new Group();
    if (group.frames.length > 0 || group.clocks.size > 0 || keeper.hasPending) {
      try {
        store.deferred((writer) => this.#write(writer, group));
        for (const { clock } of group.clocks) clock.isStored = true;
      } catch (cause) {
        this.#failed(group, cause);
        return;
      }
      this.counters.commits++;
      group.blocks = keeper.committed();
    } else if (this.#syncing === 0) {
      // Nothing to write, and what a duplicate repeats is on disk.
      this.#settle(group);
      return;
    }
    this.#syncing++;
    store.syncThen((error) => {
      this.#syncing--;
      if (error !== null) this.#lost(group, error);
      // The kernel tells of pages that it dropped once: whichever sync that was, the other one's may be among them.
      else if (this.#refusal?.code === 'STORE_UNAVAILABLE') group.fail(this.#refusal);
      else this.#settle(group);
      if (this.#queue.size > 0) this.#schedule();
      if (this.#mayCommit()) this.#commit();
      this.#reportIdle();
    });
  }

  #write(writer: StoreWriter, { frames, clocks }: Group): void {
    writer.insertFrames(frames);
    for (const { deviceId, clock } of clocks) {
      writer.putDeviceClock({ deviceId, state: JSON.stringify(clock.state) });
    }
    this.#options.keeper.write(writer);
  }

  #settle({ answers, frames, blocks, whenDurable }: Group): void {
    const { counters } = this;
    for (const { ticket, result } of answers) ticket.settle(result);
    for (const { frame, flags } of frames) {
      counters.stored++;
      counters.readings += frame.readings.length;
      if (flags & FRAME_FLAG.clockSkew) counters.clockSkews++;
      if (flags & FRAME_FLAG.filler) counters.fillers++;
    }
    for (const { patient, sealed } of blocks) patient.durable(sealed.state);
    for (const { resolve } of whenDurable) resolve();
    if (blocks.length > 0) for (const listener of this.#sealedListeners) listener(blocks);
    if (frames.length > 0) for (const listener of this.#committedListeners) listener(frames);
  }

  /** A transaction was rolled back, e.g. on a full disk: whoever sent these frames must send them again. */
  #failed(group: Group, cause: unknown): void {
    const error = new IngestError(
      'STORE_UNAVAILABLE',
      'The store could not take the frames: send them again',
      {
        cause,
      },
    );
    group.fail(error);
    this.#options.recovery.recover();
  }

  /** fdatasync failed: the kernel may have dropped the pages, so nothing more is acknowledged by this process. */
  #lost(group: Group, cause: Error): void {
    const error = new IngestError('STORE_UNAVAILABLE', 'The disk failed: the gateway has to be restarted', {
      cause,
    });
    const isFirst = this.#refusal?.code !== 'STORE_UNAVAILABLE';
    this.#refusal = error;
    group.fail(error);
    this.#group.fail(error);
    this.#group = new Group();
    for (const { ticket } of this.#queue.drain()) ticket.fail(error);
    this.#queuedBytes = 0;
    if (isFirst) this.#options.onFatal(cause);
  }

  #reportRoom(): void {
    if (!this.#isFull) return;
    if (this.#queue.size > QUEUE_MAX_FRAMES * QUEUE_RESUME_FRACTION) return;
    if (this.#queuedBytes > QUEUE_MAX_BYTES * QUEUE_RESUME_FRACTION) return;
    this.#isFull = false;
    for (const listener of this.#drainListeners) listener();
  }

  #reportIdle(): void {
    if (this.#idle.length === 0 || this.#queue.size > 0 || !this.#group.isEmpty || this.#syncing > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** What came, read without a look at who signed it. */
type ReadFrame =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

function readFrame(bytes: Uint8Array): ReadFrame {
  try {
    return { kind: 'frame', frame: parseFrame(bytes) };
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    // A hello comes the same way, and seldom.
    return error.code === 'FRAME_TYPE_WRONG' ? readGreeting(bytes, error) : refusedBy(error);
  }
}

function readGreeting(bytes: Uint8Array, notFrame: FrameError): ReadFrame {
  try {
    return { kind: 'hello', hello: parseHello(bytes) };
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return refusedBy(error.code === 'FRAME_TYPE_WRONG' ? notFrame : error);
  }
}

function refusedBy({ code, message, seq }: FrameError): ReadFrame {
  return { kind: 'refused', refusal: { code, detail: message, seq: seq ?? null } };
}

function resultOf({ code, detail, seq }: Refusal): FrameResult {
  return {
    seq,
    status: 'rejected',
    code,
    ...(detail !== undefined && { detail }),
    ...(isSentAgain(code) && { again: true as const }),
  };
}

function overloaded(): IngestError {
  return new IngestError(
    'GATEWAY_OVERLOADED',
    'Too many frames wait at the gateway: send it again in a second',
  );
}
