import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { copyGranted } from '../fixtures/services/granted.js';
import { LayersFixture } from '../fixtures/services/layers-fixture.js';
import { MEDPLUM_SEEN, medplumTour } from './clients/medplum.js';
import { pythonClients, type PythonClients } from './clients/python-tour.js';
import { WEIGHTS, type TourOptions } from './clients/tour.js';
import { areJudgesMeant } from './meant.js';

const TIMEOUT_MS = 300_000;
const UNIT = 'cardiology';

const missing = await missingFor();
if (missing !== undefined)
  process.stderr.write(`SKIPPED: ${missing}, so fhirpy and fhir.resources judge nothing here\n`);

async function missingFor(): Promise<string | undefined> {
  if (!areJudgesMeant()) return 'they come from PyPI, with make judges';
  return promisify(execFile)('python3', ['--version']).then(
    () => undefined,
    () => 'no python3 on PATH',
  );
}

(missing === undefined ? describe : describe.skip)('strangers’ clients at an authority', () => {
  const stack = new AsyncDisposableStack();
  let dir: string;
  let fixture: LayersFixture;
  let python: PythonClients;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'careledger-clients-'));
    stack.defer(() => rm(dir, { recursive: true }));
    python = await pythonClients(dir);
    fixture = stack.use(await LayersFixture.start({ units: [UNIT] }));
  }, TIMEOUT_MS);
  afterAll(() => stack.disposeAsync(), TIMEOUT_MS);

  /** A patient who allows all of it. */
  async function tour(): Promise<TourOptions> {
    const home = await fixture.home();
    await copyGranted(fixture, home, UNIT, ['read', 'write', 'modify']);
    const { url } = fixture.authority();
    const { patientId } = home;
    return { url, patientId, token: fixture.unitTokens.get(UNIT) ?? '' };
  }

  test(
    'fhirpy goes through all that there is for it, and fhir.resources (R4B) reads every answer',
    async () => {
      expect(await python.tour(await tour())).toEqual({
        metadata: { version: '4.0.1' },
        validate: { severities: ['information'] },
        'validate-wrong': { severities: ['error'] },
        create: { versions: ['1', '1', '1'] },
        read: { same: true },
        vread: { same: true },
        update: { version: '2', value: 79 },
        history: { versions: ['2', '1'] },
        transaction: { statuses: ['201', '201'] },
        count: { total: WEIGHTS + 1 },
        paging: { values: [79, 81, 82, 77] },
        first: { value: 77 },
      });
    },
    TIMEOUT_MS,
  );

  test(
    'Medplum’s client goes through it as well, and fhir.resources (R4B) reads what it was answered',
    async () => {
      const answers: string[] = [];
      expect(await medplumTour(await tour(), (text) => answers.push(text))).toEqual(MEDPLUM_SEEN);
      const folder = join(dir, 'answers');
      await mkdir(folder);
      await Promise.all(answers.map((text, at) => writeFile(join(folder, `${at}.json`), text)));
      expect(await python.read(folder)).toBe(answers.length);
      // It has teeth: a date that is none.
      await writeFile(join(folder, 'wrong.json'), (answers.at(-1) ?? '').replace(/2026-05-0/g, 'soon-'));
      await expect(python.read(folder)).rejects.toThrow('ValidationError');
    },
    TIMEOUT_MS,
  );
});
