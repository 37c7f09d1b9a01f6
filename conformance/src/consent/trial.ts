import { setTimeout as delay } from 'node:timers/promises';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { Findings } from './finding/finding.js';
import { decideAsPatients, rotateGatewayKey } from './play/decide-as-patient.js';
import { History } from './play/history.js';
import { newPerson, type Person } from './play/person.js';
import type { Client, Stage } from './play/play.js';
import { Random } from './play/random.js';
import { readThroughProvider, readThroughSlowRelay, spendHeld } from './play/read.js';
import { rewrap, type Recipients } from './play/rewrap.js';
import { ChannelReplay } from './replay/channel-replay.js';
import { judgeHeldWraps, judgeState } from './verdict/final-state.js';
import { judgeHistory } from './verdict/verdict.js';
import { DISTURBANCES, disturb, type Disturbance } from './world/disturbances.js';
import type { World } from './world/world.js';

/** Clocks of clients are off by so much, seconds: peers refuse what is 120 off, providers' relays are by the host's clock. */
const AHEAD_S = [0, 100, -50, 3, 0, 40, -5];
const HEIGHT_POLL_MS = 50;
/** Part of the way after which there is something to tell. */
const PROGRESS = 0.05;
/** Whose blocks are read: the holder's peer on `cloud`, whichever serves patients on `authorities`. */
const WATCHED_AS = { cloud: 'cloud-a client', authorities: 'patients client' } as const;

export interface TrialOptions {
  readonly operations: number;
  readonly seed: number;
  readonly people: number;
  readonly clients: number;
  readonly disturbances?: readonly Disturbance[];
  /** Ends before there are that many operations. */
  readonly limitMs?: number;
  /** Told of the operations now and then. */
  readonly onProgress?: (done: number) => void;
}

export interface Outcome {
  readonly findings: Findings;
  readonly history: History;
  readonly people: readonly Person[];
  readonly replays: Readonly<Record<ChannelName, ChannelReplay>>;
  /** Operations that were begun. */
  readonly operations: number;
  readonly tookMs: number;
}

/** Many clients act on a world that is disturbed; what they see, and what the blocks say, is judged. */
export async function tryConsent(world: World, options: TrialOptions): Promise<Outcome> {
  const recipients = await recipientsOf(world);
  return judged(world, options, async (stage) => {
    const operations = await play(stage, options, recipients);
    await spendHeld(stage);
    return operations;
  });
}

/**
 * Judges whatever is done with a number of new people.
 * @param act resolves with how many operations it has begun; `untilSeen`: until those who judge have read what there is on `cloud`
 */
export async function judged(
  world: World,
  options: Pick<TrialOptions, 'people' | 'seed'>,
  act: (stage: Stage, untilSeen: () => Promise<void>) => Promise<number>,
): Promise<Outcome> {
  const findings = new Findings();
  const setUp = new Random(options.seed, 'people');
  const authorityIds = world.readers.map(({ id }) => id);
  const replays = {
    cloud: new ChannelReplay({ channel: 'cloud', findings, authorityIds }),
    authorities: new ChannelReplay({ channel: 'authorities', findings, authorityIds }),
  };
  const stop = new AbortController();
  const watching = CHANNELS.map((channel) => watch(world, replays[channel], channel, stop.signal));
  const people = await Promise.all(Array.from({ length: options.people }, () => newPerson(world, setUp)));
  const history = new History();
  const stage: Stage = { world, people, history, held: [] };
  const beganMs = performance.now();
  const operations = await act(stage, () => untilRead(world, replays.cloud, 'cloud'));
  const tookMs = performance.now() - beganMs;
  for (const channel of CHANNELS) await untilRead(world, replays[channel], channel);
  stop.abort();
  await Promise.all(watching);
  judgeHistory(history, { cloud: replays.cloud.seen, authorities: replays.authorities.seen }, findings);
  await judgeHeldWraps(world, history, findings);
  for (const channel of CHANNELS)
    for (const { patient } of people)
      await judgeState(world, { channel, replay: replays[channel], patientId: patient.id }, findings);
  return { findings, history, people, replays, operations, tookMs };
}

/** Clients go on until there are enough operations or the time is over, and disturbances come on the way. */
async function play(stage: Stage, options: TrialOptions, recipients: Recipients): Promise<number> {
  const { operations, seed, clients, disturbances = DISTURBANCES, limitMs = Infinity, onProgress } = options;
  const beganMs = performance.now();
  let done = 0;
  let told = 0;
  /** How much of the way is behind: from 0 to 1. */
  const way = () => Math.max(done / operations, (performance.now() - beganMs) / limitMs);
  const goOn = async (number: number): Promise<void> => {
    const random = new Random(seed, `client ${number}`);
    const aheadMs = (AHEAD_S[number % AHEAD_S.length] ?? 0) * 1_000;
    const own = stage.people.filter((_, index) => index % clients === number);
    const client: Client = { number, random, aheadMs, own };
    while (way() < 1) {
      const begun = await act(stage, client, recipients);
      done += begun;
      if (way() < told + PROGRESS) continue;
      told = way();
      onProgress?.(done);
    }
  };
  const disturbing = (async () => {
    for (const [index, what] of disturbances.entries()) {
      while (way() < (index + 1) / (disturbances.length + 1)) await delay(HEIGHT_POLL_MS);
      await disturb(stage.world, what, () => spendHeld(stage));
    }
  })();
  await Promise.all([...Array.from({ length: clients }, (_, number) => goOn(number)), disturbing]);
  return done;
}

function act(stage: Stage, client: Client, recipients: Recipients): Promise<number> {
  const what = client.random.weighted({ decide: 40, read: 30, slow: 18, rewrap: 11, rotate: 1 });
  if (what === 'decide') return decideAsPatients(stage, client);
  if (what === 'read') return readThroughProvider(stage, client);
  if (what === 'slow') return readThroughSlowRelay(stage, client);
  return what === 'rewrap' ? rewrap(stage, client, recipients) : rotateGatewayKey(stage, client);
}

/** Those who ask, by their keys. */
export async function recipientsOf({ fixture, readers }: World): Promise<Recipients> {
  const found = await Promise.all(
    readers.map(async ({ id: authorityId }) => {
      const [kid, publicKey] = await Promise.all([
        fixture.kidOf(authorityId),
        fixture.encryptionKey(authorityId),
      ]);
      return [kid, { authorityId, publicKey }] as const;
    }),
  );
  return new Map(found);
}

async function watch(
  { network, time }: World,
  replay: ChannelReplay,
  channel: ChannelName,
  signal: AbortSignal,
) {
  const ledger = (await network.as(WATCHED_AS[channel])).channel(channel);
  for await (const block of ledger.blocks({ signal })) replay.read(block, time.atMostMs);
}

async function untilRead({ network }: World, replay: ChannelReplay, channel: ChannelName): Promise<void> {
  const height = await (await network.as(WATCHED_AS[channel])).channel(channel).height();
  while (replay.height < height) await delay(HEIGHT_POLL_MS);
}
