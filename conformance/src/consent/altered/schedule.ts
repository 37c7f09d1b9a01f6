import { judged, recipientsOf, type Outcome } from '../trial.js';
import type { World } from '../world/world.js';
import type { Person } from '../play/person.js';
import type { Stage } from '../play/play.js';
import { decideThroughRelay, request, spendHeld } from '../play/read.js';
import { replace, type Recipients } from '../play/rewrap.js';

/** How many people the schedule is played with. */
const PEOPLE = 3;

/** A relay by the host's clock, and one that dates its permits later: what a permit says of its own end is no use then. */
const PUNCTUAL = { number: 0, aheadMs: 0 };
const AHEAD = { number: 1, aheadMs: 100_000 };

/**
 * The moments on which the order of permits, releases, wraps and revocations hangs, one after the other and judged: each is
 * where one of `MISTAKES` shows.
 */
export async function trySchedule(world: World): Promise<Outcome> {
  const recipients = await recipientsOf(world);
  return judged(world, { people: PEOPLE, seed: 1 }, (stage, untilSeen) => play(stage, untilSeen, recipients));
}

/** @param untilSeen resolves once those who judge have read what there is. @returns how many operations it has begun */
async function play(stage: Stage, untilSeen: () => Promise<void>, recipients: Recipients): Promise<number> {
  const [overtaken, rewrapped, late] = stage.people;
  if (overtaken === undefined || rewrapped === undefined || late === undefined)
    throw new RangeError(`The schedule is for ${PEOPLE} people.`);
  await revokeBeforePermit(stage, overtaken);
  await wrapAfterRevocation(stage, rewrapped, { untilSeen, recipients });
  await releaseAfterWindow(stage, late, untilSeen);
  return PEOPLE;
}

/** A permit is endorsed; what it rests on is revoked, and the revocation ordered first. */
async function revokeBeforePermit(stage: Stage, person: Person): Promise<void> {
  const { fixture } = stage.world;
  await grant(stage, person);
  let isRevoked = false;
  await decideThroughRelay(stage, [readingOf(stage, person, PUNCTUAL)], {
    ...PUNCTUAL,
    hold: async () => {
      // What was overtaken is decided again: that is a denial.
      if (!isRevoked) await fixture.decree('Revoke', person.patient.revokeAll());
      isRevoked = true;
    },
  });
}

/** The patient's gateway has not heard of a revocation and goes on wrapping to the hospital. */
async function wrapAfterRevocation(
  stage: Stage,
  person: Person,
  { untilSeen, recipients }: { untilSeen: () => Promise<void>; recipients: Recipients },
): Promise<void> {
  const { world } = stage;
  const kids = [await world.fixture.kidOf(world.fixture.hospital.id)];
  const wrap = () => replace(stage, person, { version: firstOf(person), recipients, kids });
  await grant(stage, person);
  await untilSeen();
  await wrap();
  await world.fixture.decree('Revoke', person.patient.revokeAll());
  await untilSeen();
  await wrap();
}

/** A relay whose clock is ahead keeps a permit for longer than it lasts, and spends it. */
async function releaseAfterWindow(
  stage: Stage,
  person: Person,
  untilSeen: () => Promise<void>,
): Promise<void> {
  await grant(stage, person);
  stage.held.push(...(await decideThroughRelay(stage, [readingOf(stage, person, AHEAD)], AHEAD)));
  await untilSeen();
  await stage.world.letPermitsEnd(() => spendHeld(stage));
}

/** Everything, to the hospital; every peer has it. */
async function grant({ world: { fixture, network } }: Stage, { patient }: Person): Promise<void> {
  await fixture.decree('Grant', patient.grant(fixture.hospital.id));
  await network.everyPeerHas('patients client', 'cloud', (await fixture.height()) - 1n);
}

function readingOf(stage: Stage, person: Person, relaying: typeof PUNCTUAL) {
  const { fixture, relay } = stage.world;
  return request(stage, relaying, fixture.hospital, {
    ...{ patientId: person.patient.id, version: firstOf(person), purpose: 'TREAT', relay: relay.id },
  });
}

function firstOf({ versions }: Person): Person['versions'][number] {
  const [version] = versions;
  if (version === undefined) throw new RangeError('Nothing is stored of this patient.');
  return version;
}
