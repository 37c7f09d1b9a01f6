import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FhirError, loadR4Checker, parseFhirJson } from '@careledger/fhir';
import type { ContentVector } from '@careledger/fhir/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WORKSPACE } from '../docs/workspace.js';
import { findHapi } from './hapi.js';

const TIMEOUT_MS = 600_000;
const hapi = await findHapi();
if (hapi === undefined)
  process.stderr.write(
    'SKIPPED: no Java with Maven on PATH, nor a program in HAPI_VALIDATOR, so HAPI judges nothing that is taken\n',
  );

/** Bundles that a record can be. */
const RECORDS: ReadonlySet<unknown> = new Set(['collection', 'document']);

/** Whether R4's definitions have nothing against it, and no record is refused for its kind of Bundle alone. */
async function isAccepted(bytes: Uint8Array): Promise<boolean> {
  const checker = await loadR4Checker();
  try {
    const value = parseFhirJson(bytes) as { resourceType?: unknown; type?: unknown };
    if (value.resourceType === 'Bundle' && !RECORDS.has(value.type)) return false;
    return (await checker.check(value)).length === 0;
  } catch (error) {
    if (error instanceof FhirError) return false;
    throw error;
  }
}

(hapi === undefined ? describe.skip : describe)('HAPI’s validator on what is accepted', () => {
  let dir: string;
  let cases: number;
  let accepted: string[];
  let objections: Set<string>;
  beforeAll(async () => {
    if (hapi === undefined) throw new RangeError('It is not here');
    dir = await mkdtemp(join(tmpdir(), 'careledger-accepted-'));
    const [all, taken, work] = (await Promise.all(
      ['cases', 'accepted', 'work'].map(async (name) => {
        await mkdir(join(dir, name));
        return join(dir, name);
      }),
    )) as [string, string, string];
    cases = await hapi.writeCases(all, work);
    for (const file of await readdir(all))
      if (await isAccepted(await readFile(join(all, file))))
        await copyFile(join(all, file), join(taken, file));
    for (const topic of ['fhir', 'fhir-written']) {
      const vectors = join(WORKSPACE, 'spec/vectors/valid', topic);
      for (const file of await readdir(vectors)) {
        const { content = '' } = JSON.parse(await readFile(join(vectors, file), 'utf8')) as ContentVector;
        if (await isAccepted(Buffer.from(content))) await writeFile(join(taken, `${topic}-${file}`), content);
      }
    }
    accepted = await readdir(taken);
    const { validated, findings } = await hapi.validateAsItIs(taken, work);
    expect(validated).toBe(accepted.length);
    objections = new Set(
      findings
        .filter(({ severity }) => severity === 'fatal' || severity === 'error')
        .map(({ file, id }) => `${file} ${id}`),
    );
  }, TIMEOUT_MS);
  afterAll(() => rm(dir, { recursive: true }));

  test('has cases of both kinds', () => {
    expect(cases).toBeGreaterThan(180);
    expect(accepted.length).toBeGreaterThan(100);
    expect(accepted.length).toBeLessThan(cases);
  });

  test('objects to nothing but what its page explains', async () => {
    const page = await readFile(join(WORKSPACE, 'conformance/judges/hapi/ACCEPTED.md'), 'utf8');
    const explained = [...page.matchAll(/^\| `(\S+\.json)` *\| `(\S+)`/gm)].map(
      ([, file, id]) => `${file} ${id}`,
    );
    expect([...objections].sort()).toEqual(explained.sort());
  });
});
