import { setTimeout as delay } from 'node:timers/promises';
import type { TestOrganisation } from '@careledger/chaincode-runtime/testing';
import {
  STATEMENTS,
  type AccessBatchResult,
  type AccessState,
  type StatementBody,
} from '@careledger/contracts';
import {
  ACCESS_ANSWER_MAX_BYTES,
  AccessAnswer,
  PROVIDER_ROUTES,
  ReleaseAnswer,
  type ReleaseItem,
} from '@careledger/protocol';
import { makeStatement, readStatement } from '@careledger/statements';
import type { MadeVersion } from '../../fixtures/providers/made-version.js';
import { carry, type Load } from './carrier.js';
import type { Operation } from './history.js';
import { chosen, iatOf, type Client, type HeldPermit, type Stage } from './play.js';

/** A provider that is gone is asked again until it is back. */
const ATTEMPTS_MAX = 60;
const PAUSE_MS = 100;
/** How long a slow relay keeps a decision before it has it ordered, at most. */
const HOLD_MAX_MS = 800;
/** Permits that relays hold on to, at most. */
const HELD_MAX = 200;

/** A request that is signed, and its line in the history. */
export interface Asked {
  readonly token: string;
  readonly operation: Operation;
}

/** An authority reads all versions of some patients through the provider, as its api does. @returns how many requests */
export async function readThroughProvider(stage: Stage, client: Client): Promise<number> {
  const reader = client.random.of(stage.world.readers);
  const asked = requests(stage, client, reader, stage.world.provider.providerId);
  await ask(stage, reader, asked);
  // An answer may have been lost, or somebody tries again what was used.
  if (client.random.chance(10)) await ask(stage, reader, asked);
  return asked.length;
}

async function ask(
  { world, history }: Stage,
  reader: TestOrganisation,
  asked: readonly Asked[],
): Promise<void> {
  const body = { statements: asked.map(({ token }) => token) };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const calledMs = world.time.atLeastMs;
    try {
      const { items } = await world.provider.as(reader.mspId).call('POST', PROVIDER_ROUTES.access, {
        body,
        result: AccessAnswer,
        maxBytes: ACCESS_ANSWER_MAX_BYTES,
      });
      for (const [index, { operation }] of asked.entries()) {
        const item = items[index];
        if (item?.access !== undefined) history.decided(operation, item.access);
        if (item?.record !== undefined)
          history.releases.push({ requester: reader.id, sid: operation.sid, calledMs });
        if (item?.problem !== undefined) history.refused(item.problem.code);
      }
      return;
    } catch {
      await delay(PAUSE_MS);
    }
  }
}

/** The hospital has requests decided by a relay of its own, which takes its time, and spends the permits or keeps them. */
export async function readThroughSlowRelay(stage: Stage, client: Client): Promise<number> {
  const { world, held } = stage;
  const { aheadMs, random } = client;
  const asked = requests(stage, client, world.fixture.hospital, world.relay.id);
  const holdMs = random.below(HOLD_MAX_MS);
  const permits = await decideThroughRelay(stage, asked, { aheadMs, hold: () => delay(holdMs) });
  if (random.chance(50) && held.length < HELD_MAX) held.push(...permits);
  else await spend(stage, permits);
  return asked.length;
}

/** The hospital's requests, decided by its own relay. @returns the permits, which nobody has spent */
export async function decideThroughRelay(
  { world, history }: Stage,
  asked: readonly Asked[],
  { aheadMs, hold }: Pick<Load, 'aheadMs' | 'hold'>,
): Promise<HeldPermit[]> {
  const carriage = await carry(world.network, {
    ...{ identity: 'hospital client', channel: 'cloud', name: 'RequestAccess' },
    args: { items: asked.map(({ token }) => token) },
    aheadMs,
    ...(hold && { hold }),
  });
  const permits: HeldPermit[] = [];
  if (carriage === undefined) return permits;
  for (const [index, { access, code }] of (carriage.result as AccessBatchResult).items.entries()) {
    const operation = asked[index]?.operation;
    if (operation === undefined) continue;
    if (access === undefined) history.end(operation, code);
    else history.decided(operation, access);
    if (access === undefined) history.refused(code);
    else if (access.decision === 'permit') permits.push(permitOf(access));
  }
  return permits;
}

/** Tries what relays have held on to; whatever is not let go is forgotten. */
export async function spendHeld(stage: Stage): Promise<void> {
  await spend(stage, stage.held.splice(0));
}

async function spend({ world, history }: Stage, permits: readonly HeldPermit[]): Promise<void> {
  if (permits.length === 0) return;
  const { relay } = world;
  const statements = permits.map((body) =>
    makeStatement(
      { typ: STATEMENTS.releaseRequest.typ, iss: relay.id, aud: relay.aud, channels: ['cloud'], body },
      relay.signer,
    ),
  );
  const calledMs = world.time.atLeastMs;
  let items: readonly ReleaseItem[];
  try {
    ({ items } = await world.provider.as(relay.mspId).call('POST', PROVIDER_ROUTES.releases, {
      body: { statements },
      result: ReleaseAnswer,
      maxBytes: ACCESS_ANSWER_MAX_BYTES,
    }));
  } catch {
    // The provider is gone; its permits are, too.
    return;
  }
  for (const [index, { requester, requestSid: sid }] of permits.entries()) {
    if (items[index]?.record !== undefined) history.releases.push({ requester, sid, calledMs });
    const problem = items[index]?.problem;
    if (problem !== undefined) history.refused(problem.code);
  }
}

function requests(stage: Stage, client: Client, reader: TestOrganisation, relay: string): Asked[] {
  const { random } = client;
  const wanted = chosen(stage, client).flatMap(({ patient, versions }) =>
    versions.map((version) => ({ patient, version })),
  );
  return wanted.map(({ patient, version }) => {
    const purpose = random.chance(90) ? ('TREAT' as const) : ('HRESCH' as const);
    return request(stage, client, reader, { patientId: patient.id, version, purpose, relay });
  });
}

/** One request for a version, by the client's clock. */
export function request(
  { history }: Stage,
  client: Pick<Client, 'number' | 'aheadMs'>,
  reader: TestOrganisation,
  about: Pick<StatementBody<'accessRequest'>, 'patientId' | 'purpose' | 'relay'> & {
    readonly version: MadeVersion;
  },
): Asked {
  const { patientId, purpose, relay, version: made } = about;
  const { recordId } = made.record;
  const body = { patientId, recordId, version: made.version, purpose, granteeTags: [], relay };
  const token = reader.sign('accessRequest', body, reader.signer, { iat: iatOf(client) });
  const { sid } = readStatement(token).payload;
  const operation = history.begin({
    ...{ client: client.number, kind: 'read', channel: 'cloud', sid, token, recordId },
    ...{ patientId, requester: reader.id },
  });
  return { token, operation };
}

const permitOf = ({
  txId,
  requestSid,
  patientId,
  recordId,
  version = 0,
  requester,
}: AccessState): HeldPermit => ({
  permitTxId: txId,
  requestSid,
  patientId,
  recordId,
  version,
  requester,
});
