import type { BatchResult } from '@careledger/contracts';
import { generateEd25519, toBase64url } from '@careledger/crypto';
import { CHANNELS, timestampOf } from '@careledger/domain';
import { readStatement } from '@careledger/statements';
import { carry } from './carrier.js';
import type { Operation, OperationKind } from './history.js';
import type { Person } from './person.js';
import { chosen, iatOf, type Client, type Stage } from './play.js';

/** Denials of one patient at most: with more, nothing would be permitted any more. */
const DENIALS_MAX = 2;
/** Beginning and end of a grant that is bounded lie so far from now: within what a run takes, clocks included. */
const BOUND_MAX_MS = 60_000;

/** In the order in which a gateway carries what takes away. */
const CLOUD_FIRST = CHANNELS.toReversed();

/** A decision that is signed and not carried yet. */
interface Signed {
  readonly kind: OperationKind;
  readonly person: Person;
  readonly token: string;
  readonly sid: string;
}

/** Some patients change what they allow, in one transaction for each channel: `cloud` first. @returns how many statements */
export async function decideAsPatients(stage: Stage, client: Client): Promise<number> {
  const { random } = client;
  const name = random.chance(50) ? 'Grant' : 'Revoke';
  const signed = chosen(stage, client).map((person) =>
    name === 'Grant' ? grant(stage, client, person) : takeAway(client, person),
  );
  for (const channel of CLOUD_FIRST) await carryAll(stage, client, { name, channel, signed });
  return signed.length;
}

/** Another key for a patient's gateway. */
export async function rotateGatewayKey(stage: Stage, client: Client): Promise<number> {
  const person = client.random.of(stage.people);
  const { patient } = person;
  const { signer } = generateEd25519();
  const newKey = toBase64url(signer.publicKey);
  const body = { use: 'gateway' as const, newKey, newKeyProof: patient.proofOf(signer) };
  const statement = patient.sign('rotatePatientKey', body, patient.consent, { iat: iatOf(client) });
  const { sid } = readStatement(statement).payload;
  for (const channel of CLOUD_FIRST) {
    const about = { client: client.number, kind: 'rotate', patientId: patient.id, channel, sid } as const;
    const operation = stage.history.begin({ ...about, token: statement });
    const carriage = await carry(stage.world.network, {
      ...{ identity: 'patients client', channel, name: 'RotatePatientKey', args: { statement } },
      aheadMs: client.aheadMs,
    });
    if (carriage === undefined) continue;
    stage.history.end(operation, 'OK', carriage.txId);
    person.gateway = signer;
  }
  return 1;
}

async function carryAll(
  { world, history }: Stage,
  client: Client,
  { name, channel, signed }: { name: string; channel: (typeof CHANNELS)[number]; signed: readonly Signed[] },
): Promise<void> {
  const operations = signed.map(({ kind, person, sid, token }): Operation =>
    history.begin({ client: client.number, kind, patientId: person.patient.id, channel, sid, token }),
  );
  const carriage = await carry(world.network, {
    ...{ identity: 'patients client', channel, name, aheadMs: client.aheadMs },
    args: { items: signed.map(({ token }) => token) },
  });
  if (carriage === undefined) return;
  const { items } = carriage.result as BatchResult;
  for (const [index, operation] of operations.entries()) {
    const { code = '', txId } = items[index] ?? {};
    history.end(operation, code, txId);
    if (code !== 'OK') history.refused(code);
  }
}

function grant({ world }: Stage, client: Client, person: Person): Signed {
  const { random } = client;
  const { id } = random.of(world.readers);
  const nowMs = Date.now() + client.aheadMs;
  const near = () => timestampOf(nowMs + random.below(2 * BOUND_MAX_MS) - BOUND_MAX_MS);
  const token = person.patient.grant(
    id,
    {
      scopeTags: random.chance(60) ? [] : random.some(person.tags, 1 + random.below(2)),
      purposes: random.chance(80) ? ['TREAT'] : ['TREAT', 'HRESCH'],
      ...(random.chance(10) && { from: near() }),
      ...(random.chance(10) && { until: timestampOf(nowMs + random.below(BOUND_MAX_MS)) }),
      ...(random.chance(10) && { period: { start: '2026-01-01T00:00:00Z', end: '2027-01-01T00:00:00Z' } }),
    },
    { iat: iatOf(client) },
  );
  const { sid } = readStatement(token).payload;
  person.grants.set(sid, id);
  return { kind: 'grant', person, token, sid };
}

/** A denial, or the end of one, of a grant, or of all of them. */
function takeAway(client: Client, person: Person): Signed {
  const { random } = client;
  const { grants, denials } = person;
  const kind = random.weighted({
    'revoke-all': 15,
    revoke: grants.size > 0 ? 40 : 0,
    deny: denials.size < DENIALS_MAX ? 15 : 0,
    'end-denial': denials.size > 0 ? 15 * denials.size : 0,
  });
  const token = signedAs(kind, client, person);
  const { sid } = readStatement(token).payload;
  if (kind === 'deny') denials.set(sid, '*');
  return { kind, person, token, sid };
}

function signedAs(
  kind: 'revoke-all' | 'revoke' | 'deny' | 'end-denial',
  client: Client,
  { patient, tags, grants, denials }: Person,
): string {
  const { random } = client;
  const options = { iat: iatOf(client) };
  if (kind === 'revoke-all') {
    grants.clear();
    return patient.revokeAll(options);
  }
  if (kind === 'deny') {
    const authorityId = random.of(['*', 'aut_hospital', 'aut_lab']);
    const scopeTags = random.chance(40) ? [] : random.some(tags, 1);
    return patient.grant(authorityId, { effect: 'deny', scopeTags }, options);
  }
  const standing = kind === 'revoke' ? grants : denials;
  const ended = random.of([...standing.keys()]);
  standing.delete(ended);
  return patient.revoke(ended, options);
}
