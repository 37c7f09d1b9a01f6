import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clinicalBundle, detailBundle, emergencyBundle, periodicBundle } from '@careledger/fhir';
import {
  clinical,
  detail,
  emergency,
  everything,
  evidenceOfEverything,
  ofOneCause,
  bounded,
  periodic,
  vitals,
  withReport,
  type ContentVector,
} from '@careledger/fhir/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WORKSPACE } from '../docs/workspace.js';
import { GatewayFixture, PASSPHRASE, type GatewayPatient } from '../fixtures/services/gateway-fixture.js';
import { openAtHospital } from '../gateway/gateway/subscribed-patient.js';
import { answersOf } from './answers/all.js';
import { COPY_UNIT } from './answers/asker.js';
import { findHapi, type Finding } from './hapi.js';

const TIMEOUT_MS = 600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const hapi = await findHapi();
if (hapi === undefined)
  process.stderr.write(
    'SKIPPED: no Java with Maven on PATH, nor a program in HAPI_VALIDATOR, so HAPI judges no bundle here\n',
  );

/** What a bedside monitor and a glucose monitor send at one time: code, unit, value. */
const SENT: readonly (readonly [code: string, unit: string, value: number])[] = [
  ['99504-3', 'mg/dL', 49],
  ['105272-9', 'mmol/L', 2.7],
  ['2339-0', 'mg/dL', 60],
  ['15074-8', 'mmol/L', 3.3],
  ['8867-4', '/min', 135],
  ['8889-8', '/min', 134],
  ['76215-3', 'mm[Hg]', 85],
  ['76213-8', 'mm[Hg]', 50],
  ['76214-6', 'mm[Hg]', 62],
  ['8480-6', 'mm[Hg]', 88],
  ['8462-4', 'mm[Hg]', 52],
  ['8478-0', 'mm[Hg]', 64],
  ['9279-1', '/min', 26],
  ['59408-5', '%', 90],
  ['8310-5', '[degF]', 103.1],
  ['80288-4', '{score}', 1],
  ['3151-8', 'L/min', 4],
];

(hapi === undefined ? describe.skip : describe)('HAPI’s validator, with R4’s vital-signs profiles', () => {
  let dir: string;
  let folder: string;
  let written = 0;
  let validated: number;
  let findings: readonly Finding[];
  beforeAll(async () => {
    if (hapi === undefined) throw new RangeError('It is not here');
    dir = await mkdtemp(join(tmpdir(), 'careledger-hapi-'));
    folder = join(dir, 'bundles');
    await mkdir(folder);
    await writeSamples();
    await writeVectors();
    await writeRecordsOfAGateway();
    ({ validated, findings } = await hapi.validate(folder, join(dir, 'work')));
  }, TIMEOUT_MS);
  afterAll(() => rm(dir, { recursive: true }));

  const write = async (name: string, content: string): Promise<void> => {
    await writeFile(join(folder, `${name}.json`), content);
    written++;
  };

  async function writeSamples(): Promise<void> {
    const samples = {
      periodic: periodicBundle(periodic),
      bounded: periodicBundle(bounded),
      everything: periodicBundle(everything),
      report: periodicBundle(withReport),
      revised: periodicBundle({ ...everything, isRevision: true }),
      detail: detailBundle(detail),
      emergency: emergencyBundle(emergency),
      news2: emergencyBundle(vitals),
      evidence: emergencyBundle(evidenceOfEverything),
      causes: emergencyBundle(ofOneCause),
      withdrawn: emergencyBundle({ ...vitals, isWithdrawn: true }),
      clinical: clinicalBundle(clinical),
    };
    for (const [name, bundle] of Object.entries(samples))
      await write(`sample-${name}`, JSON.stringify(bundle));
  }

  /** Those that a gateway makes; the others show what is taken from others. */
  async function writeVectors(): Promise<void> {
    const vectors = join(WORKSPACE, 'spec/vectors/valid/fhir');
    for (const file of await readdir(vectors)) {
      const { about, content } = JSON.parse(await readFile(join(vectors, file), 'utf8')) as ContentVector;
      if (about.kind !== 'clinical' && content !== undefined) await write(`vector-${file}`, content);
    }
  }

  async function writeRecordsOfAGateway(): Promise<void> {
    await using fixture = await GatewayFixture.start({
      ...{ units: [COPY_UNIT], gateway: { detail: 'always' } },
    });
    const patient = await fixture.patient();
    await using device = await fixture.device(
      patient,
      SENT.map(([code]) => code),
    );
    const nowMs = Date.now();
    for (const ago of [3 * HOUR_MS, 3 * HOUR_MS - 5 * MINUTE_MS, 5 * MINUTE_MS, 0]) {
      const t = new Date(nowMs - ago).toISOString();
      await device.send(SENT.map(([code, unit, value]) => ({ t, code, unit, value })));
    }
    await fixture.own(patient, 'POST', '/flush');
    for (const [name, content] of await recordsOf(fixture, patient)) await write(`record-${name}`, content);
    await write('disclosure', JSON.stringify(await disclosureOf(fixture, patient)));
    for (const [name, content] of await answersOf(fixture, patient)) await write(`served-${name}`, content);
  }

  /** With a permit, which claims BALP's profile, and a denial, which does not. */
  async function disclosureOf(fixture: GatewayFixture, patient: GatewayPatient): Promise<object> {
    const { records } = await fixture.own(patient, 'GET', '/records');
    const [{ recordId }] = records as [{ recordId: string }];
    const denied = await openAtHospital(fixture, patient, recordId);
    await fixture.own(patient, 'POST', '/grants', {
      grant: { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] },
      passphrase: PASSPHRASE,
    });
    const opened = await openAtHospital(fixture, patient, recordId);
    const { statement } = await fixture.own(patient, 'GET', '/disclosure-statement');
    const { entry } = statement as { entry: { resource: { outcome?: string } }[] };
    const outcomes = entry.slice(1).map(({ resource }) => resource.outcome);
    expect([denied.status, opened.status, outcomes]).toEqual([403, 200, ['4', '0']]);
    return statement as object;
  }

  async function recordsOf(fixture: GatewayFixture, patient: GatewayPatient): Promise<[string, string][]> {
    const { records } = await fixture.own(patient, 'GET', '/records');
    const listed = records as { recordId: string; kind: string; version: number }[];
    expect(new Set(listed.map(({ kind }) => kind))).toEqual(new Set(['periodic', 'detail', 'emergency']));
    return Promise.all(
      listed.map(async ({ recordId, kind, version }, index): Promise<[string, string]> => {
        const { content } = await fixture.own(patient, 'GET', `/records/${recordId}`);
        return [`${kind}-${index}-${version}`, JSON.stringify(content)];
      }),
    );
  }

  test('has seen everything', () => {
    expect(validated).toBe(written);
    expect(written).toBeGreaterThan(15);
  });

  test('finds no error in what is emitted', () => {
    expect(findings.filter(({ severity }) => severity === 'fatal' || severity === 'error')).toEqual([]);
  });

  test('warns of nothing but what its page explains', async () => {
    const page = await readFile(join(WORKSPACE, 'conformance/judges/hapi/README.md'), 'utf8');
    const explained = new Set([...page.matchAll(/^\| `(\S+)`/gm)].map(([, id]) => id));
    const warnings = findings.filter(
      // It misses what `_elements` leaves out, as it should.
      ({ file, severity }) => severity === 'warning' && file !== 'served-searchset-elements.json',
    );
    expect(new Set(warnings.map(({ id }) => id))).toEqual(explained);
  });

  test('has teeth: what broke a profile before is an error', async () => {
    if (hapi === undefined) throw new RangeError('It is not here');
    const teeth = join(dir, 'teeth');
    await mkdir(teeth);
    const bundle = JSON.stringify(periodicBundle(everything)).replaceAll('"2708-6"', '"2708-7"');
    await writeFile(join(teeth, 'without-2708-6.json'), bundle);
    const disclosure = await readFile(join(folder, 'disclosure.json'), 'utf8');
    // BALP: a read has a server, and names the patient.
    await writeFile(join(teeth, 'without-server.json'), disclosure.replaceAll('"110153"', '"110154"'));
    const found = await hapi.validate(teeth, join(dir, 'work'));
    const errors = found.findings.filter(({ severity }) => severity === 'error');
    expect(new Set(errors.map(({ file }) => file))).toEqual(
      new Set(['without-2708-6.json', 'without-server.json']),
    );
  }, 300_000);
});
