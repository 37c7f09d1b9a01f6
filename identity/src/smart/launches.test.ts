import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openDatabase, type Database } from '@careledger/service-kit/sqlite';
import { ArtifactStore } from '../store/artifacts.js';
import { migrations } from '../store/migrations.js';
import { Launches } from './launches.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const OVER_S = -1;
const HOUR_S = 3_600;

let database: Database;
let grants: ArtifactStore;
let launches: Launches;
const open = (applied = migrations): void => {
  database = openDatabase({ path: ':memory:', migrations: applied });
  grants = new ArtifactStore(database, 'Grant', randomBytes(32));
  launches = new Launches(database);
};
beforeEach(() => open());
afterEach(() => database.close());

/** As a sign-in does: the grant is kept, then bound. */
async function signIn(grantId: string, expiresInS: number): Promise<void> {
  await grants.upsert(grantId, {}, expiresInS);
  launches.bind(grantId, PATIENT, undefined);
}
const count = (): number =>
  (database.prepare('SELECT count(*) AS n FROM contexts').get() as { readonly n: number }).n;

test('whom tokens are about is forgotten with the grant, however it ends, and no earlier', async () => {
  for (let each = 0; each < 20; each++) await signIn(`over-${each}`, OVER_S);
  await signIn('good', HOUR_S);
  await signIn('taken back', HOUR_S);
  expect(count()).toBe(2);
  await grants.destroy('taken back');
  expect(count()).toBe(1);
  expect(launches.patientOf('good')).toBe(PATIENT);
  expect(launches.patientOf('over-3')).toBeUndefined();
});
