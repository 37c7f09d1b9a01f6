import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillCopy, type CopiedText } from '@careledger/api/testing';
import { Authority } from '@careledger/client';
import { patientResourceIdOf } from '@careledger/fhir';
import { subscribe, type Person } from '@careledger/examples';
import { configPath, type Careledger, type ProcessGroup } from '@careledger/supervisor';
import { observation, timeOf } from './observations.js';

/** Where copies are kept. */
export const UNIT = 'diabetes-ward';
export type AuthorityService = Careledger['authorities'][string];

/** Lets an authority read, write, and keep a copy at {@link UNIT}. */
export async function letCopy(authority: AuthorityService, person: Person): Promise<void> {
  const { authorityId, url, tokens } = authority;
  await subscribe(new Authority({ url, token: tokens.practitioner }), authorityId, person, {
    permissions: ['read', 'write'],
    purposes: ['TREAT'],
    reason: 'Care at home',
    copy: { purpose: 'TREAT', unit: UNIT },
  });
}

/** Stops the process of an authority's api, fills its copy with a record for each of so many hours, and starts it again. */
export async function fill(
  { processes, dir }: { readonly processes: ProcessGroup; readonly dir: string },
  authority: AuthorityService,
  { patientId }: Person,
  hours: number,
): Promise<void> {
  const child = processes.child(authority.name);
  await child.stop();
  const config = JSON.parse(readFileSync(configPath(authority, join(dir, 'config')), 'utf8')) as Parameters<
    typeof fillCopy
  >[0];
  await fillCopy(config, patientId, textsOf(patientId, hours));
  await child.start();
}

function* textsOf(patientId: string, hours: number): Generator<CopiedText> {
  for (let hour = 0; hour < hours; hour += 1) {
    const entry = [
      {
        fullUrl: 'urn:uuid:0b6f4c52-8a3e-4d27-b1f9-6e2c7a905d41',
        resource: observation(patientResourceIdOf(patientId), hour, hours),
      },
    ];
    yield {
      json: JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }),
      period: { start: timeOf(hour), end: timeOf(hour + 1) },
    };
  }
}
