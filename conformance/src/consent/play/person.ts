import { setTimeout as delay } from 'node:timers/promises';
import type { TestPatient } from '@careledger/chaincode-runtime/testing';
import { randomId128, type Signer } from '@careledger/crypto';
import { authorOf, gatewayOf, type MadeVersion } from '../../fixtures/providers/made-version.js';
import type { World } from '../world/world.js';
import type { Random } from './random.js';

/** A patient, what is stored of it, and what those who act for it believe of its rules. */
export interface Person {
  readonly patient: TestPatient;
  readonly tags: readonly string[];
  readonly versions: readonly MadeVersion[];
  /** Grants and denials that were signed and not revoked singly since, by whom they are about. */
  readonly grants: Map<string, string>;
  readonly denials: Map<string, string>;
  /** The gateway's key as its patient was last told. */
  gateway: Signer;
}

const STORE_ATTEMPTS_MAX = 20;
const PAUSE_MS = 200;

/** Registers a patient and stores its records: of one tag, of two or none, and of some one that the lab has made. */
export async function newPerson({ fixture }: World, random: Random): Promise<Person> {
  const patient = await fixture.newPatient();
  const tags = [randomId128(), randomId128()] as const;
  const versions: MadeVersion[] = [];
  for (const tagGroups of [[[tags[0]]], random.of([[[tags[0]], [tags[1]]], []])])
    versions.push(await fixture.version(patient.id, gatewayOf(patient), { tagGroups }));
  if (random.chance(25)) {
    await fixture.decree('Grant', patient.grant(fixture.lab.id, { permissions: ['write'] }));
    versions.push(await fixture.version(patient.id, authorOf(fixture.lab), { tagGroups: [[tags[1]]] }));
  }
  await Promise.all(versions.map((version) => stored(fixture, version)));
  return { patient, tags, versions, grants: new Map(), denials: new Map(), gateway: patient.gateway };
}

/** A provider whose ledger is slow is asked again. @throws HttpClientError */
async function stored(fixture: World['fixture'], version: MadeVersion): Promise<void> {
  for (let attempt = 1; ; attempt += 1)
    try {
      await fixture.store(version);
      return;
    } catch (error) {
      if (attempt === STORE_ATTEMPTS_MAX) throw error;
      await delay(PAUSE_MS);
    }
}
