import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { records, type AccessState } from '@careledger/contracts';
import { PATIENT_READ, verifyDisclosure, type DisclosureReport } from '@careledger/disclosure';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WORKSPACE } from '../../docs/workspace.js';
import {
  PASSPHRASE,
  glucose,
  type GatewayFixture,
  type GatewayPatient,
} from '../../fixtures/services/gateway-fixture.js';
import { START_MS, listed, openAtHospital, subscribed } from './subscribed-patient.js';

const run = promisify(execFile);
const COMMAND = join(WORKSPACE, 'packages/disclosure/bin/careledger-disclosure.js');
const SIGNERS = ['PatientsMSP', 'CloudAMSP', 'CloudBMSP'] as const;
/** A permit and two denials. */
const ATTEMPTS = 3;

interface Entry {
  fullUrl: string;
  resource: Record<string, unknown> & { outcome?: string; recorded?: string; entity?: unknown };
}
interface Bundle {
  readonly entry: Entry[];
  timestamp: string;
}
interface StatementPage {
  readonly statement: Bundle;
  readonly next: string | null;
}

/** What the patient is told of who asked for what, checked without the gateway that told it. */
export function describeDisclosure(fixture: () => GatewayFixture): void {
  describe('a disclosure statement', () => {
    let patient: GatewayPatient;
    let other: GatewayPatient;
    let dir: string;
    let authorities: Record<string, string[]>;
    let pages: Bundle[];
    let ledger: AccessState[];
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'careledger-disclosure-'));
      authorities = Object.fromEntries(
        await Promise.all(SIGNERS.map(async (mspId) => [mspId, [await readFile(caOf(mspId), 'utf8')]])),
      ) as Record<string, string[]>;
      patient = await attempted();
      other = await attempted();
      pages = await statementOf(patient, 'perPage=2');
      const { rows } = await fixture()
        .layers.patientsLedger.channel('cloud')
        .evaluate(records, 'ListAccesses', { patientId: patient.patientId });
      ledger = rows;
    }, 60_000);
    afterAll(() => rm(dir, { recursive: true, force: true }));

    const caOf = (mspId: string) =>
      join(fixture().layers.dir, 'network', 'organizations', mspId, 'ca', 'cert.pem');

    async function attempted(): Promise<GatewayPatient> {
      const { patient: made, device } = await subscribed(fixture());
      await device.send([glucose(START_MS, 99)]);
      await device.close();
      await fixture().own(made, 'POST', '/flush');
      const [record] = await listed(fixture(), made);
      const recordId = String(record?.recordId);
      expect((await openAtHospital(fixture(), made, recordId)).status).toBe(200);
      await fixture().own(made, 'POST', '/grants/revoke-all', { passphrase: PASSPHRASE });
      expect((await openAtHospital(fixture(), made, recordId)).body['code']).toBe('ACCESS_DENIED');
      expect((await openAtHospital(fixture(), made, recordId)).body['code']).toBe('ACCESS_DENIED');
      return made;
    }

    async function statementOf(of: GatewayPatient, query = ''): Promise<Bundle[]> {
      const met: Bundle[] = [];
      for (let cursor = ''; ;) {
        const path = `/disclosure-statement?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const { statement, next } = (await fixture().own(of, 'GET', path)) as unknown as StatementPage;
        met.push(statement);
        if (next === null) return met;
        cursor = next;
      }
    }

    const check = (changed: readonly unknown[], threshold = 2): DisclosureReport =>
      verifyDisclosure(changed, { authorities, threshold });
    const faultsOf = (report: DisclosureReport) =>
      report.faults.map(({ code, page, line }) => `${code} ${page}/${String(line)}`);
    /** The pages, with one changed. */
    function pageChanged(page: number, change: (bundle: Bundle) => void): Bundle[] {
      const changed = JSON.parse(JSON.stringify(pages)) as Bundle[];
      const bundle = changed[page];
      if (bundle === undefined) throw new RangeError(`There is no page ${page}`);
      change(bundle);
      return changed;
    }

    test('has every attempt of the ledger, with person, purpose, decision, reason, block and transaction', async () => {
      expect(pages.map(({ entry }) => entry.length - 1)).toEqual([2, 1]);
      const lines = pages.flatMap(({ entry }) => entry.slice(1).map(({ resource }) => resource));
      expect(ledger).toHaveLength(ATTEMPTS);
      for (const [index, access] of ledger.entries()) {
        const found = await fixture().layers.patientsLedger.channel('cloud').findTransaction(access.txId);
        const line = lines[index];
        const isPermitted = access.decision === 'permit';
        expect(line).toMatchObject({
          ...{ resourceType: 'AuditEvent', recorded: access.at, outcomeDesc: access.reason },
          outcome: isPermitted ? '0' : '4',
          purposeOfEvent: [{ coding: [{ code: access.purpose }] }],
          agent: expect.arrayContaining([
            expect.objectContaining({
              who: expect.objectContaining({
                identifier: expect.objectContaining({ value: 'aut_hospital' }),
              }),
            }),
          ]),
        });
        expect(JSON.stringify(line?.entity)).toContain(access.txId);
        expect(JSON.stringify(line?.entity)).toContain(
          JSON.stringify({ type: 'block', valueString: String(found.block.number) }),
        );
        expect(line?.['meta']).toEqual(isPermitted ? { profile: [PATIENT_READ] } : undefined);
      }
    });

    test('holds by the certificates of the organisations alone', async () => {
      expect(check(pages)).toMatchObject({
        ...{ ok: true, faults: [], attempts: ATTEMPTS },
        about: { patientId: patient.patientId },
      });
      const files = await Promise.all(
        pages.map(async (page, index) => {
          const file = join(dir, `page-${index}.json`);
          await writeFile(file, JSON.stringify({ statement: page, next: null }));
          return file;
        }),
      );
      const ca = SIGNERS.flatMap((mspId) => ['--ca', `${mspId}=${caOf(mspId)}`]);
      const { stdout } = await run(process.execPath, [COMMAND, ...files, ...ca]);
      expect(stdout).toContain(`${ATTEMPTS} attempts on the ledger\n`);
      expect(stdout).toMatch(/The statement holds\.\n$/);
      // Without the second page: exit code 1, and the page is named as missing.
      const cut = run(process.execPath, [COMMAND, files[0] ?? '', ...ca]);
      await expect(cut).rejects.toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/PAGE_MISSING: .*\n(?:.*\n)*The statement does not hold\.\n$/),
      });
    });

    test('shows a line that was removed, changed, repeated, moved, or taken from another patient', async () => {
      const [foreign] = await statementOf(other);
      const stranger = foreign?.entry[1];
      if (stranger === undefined) throw new Error('the other patient’s statement has lines');
      const faults = (page: number, change: (bundle: Bundle) => void) =>
        faultsOf(check(pageChanged(page, change)));
      expect(faults(0, ({ entry }) => entry.splice(1, 1))).toEqual(['LINE_MISSING 1/1']);
      expect(
        faults(0, ({ entry }) => {
          const line = entry[2]?.resource;
          if (line !== undefined) line.outcome = '0';
        }),
      ).toEqual(['LINE_CHANGED 1/2']);
      expect(faults(1, ({ entry }) => entry.push(entry[1] as Entry))).toEqual(['LINE_REPEATED 2/2']);
      expect(faults(0, ({ entry }) => entry.push(...entry.splice(1, 1)))).toEqual(['LINE_MOVED 1/2']);
      expect(faults(0, ({ entry }) => entry.push(stranger))).toEqual(['LINE_UNKNOWN 1/3']);
      expect(faults(0, (bundle) => (bundle.timestamp = '2026-01-01T00:00:00.000Z'))).toEqual([
        'PAGE_CHANGED 1/null',
      ]);
    });

    test('shows pages that are missing, moved, of another patient or of another choice', async () => {
      const [first, second] = pages;
      expect(faultsOf(check([first]))).toEqual(['PAGE_MISSING 1/null']);
      expect(faultsOf(check([second]))).toEqual(['PAGE_MISSING 1/null']);
      expect(faultsOf(check([second, first]))).toEqual(['PAGE_MISSING 1/null', 'PAGE_MISSING 2/null']);
      const [foreign] = await statementOf(other);
      expect(faultsOf(check([first, foreign]))).toEqual(['PAGE_OTHER 2/null', 'PAGE_MISSING 2/null']);
      const [denials] = await statementOf(patient, 'decision=deny');
      expect(check([denials])).toMatchObject({ ok: true, attempts: 2, about: { decision: 'deny' } });
      expect(faultsOf(check([first, denials]))).toEqual(['PAGE_OTHER 2/null', 'PAGE_MISSING 2/null']);
      expect(faultsOf(check([]))).toEqual(['PAGE_MISSING 0/null']);
      expect(faultsOf(check([{ resourceType: 'Bundle', entry: [] }]))).toContain('PROOF_MISSING 1/null');
    });

    test('rests on peers of two organisations: an answer that was altered, or that others signed, proves nothing', () => {
      const forged = pageChanged(0, ({ entry }) => {
        const proof = entry[0]?.resource;
        const bytes = Buffer.from(String(proof?.['data']), 'base64');
        const at = bytes.indexOf('"decision":"deny"');
        bytes.write('"decision":"gone"', at);
        if (proof !== undefined) proof['data'] = bytes.toString('base64');
      });
      expect(faultsOf(check(forged))).toContain('PROOF_MISSING 1/null');
      const renamed = pageChanged(0, ({ entry }) => {
        const proof = entry[0]?.resource;
        const bytes = Buffer.from(String(proof?.['data']), 'base64');
        const at = bytes.indexOf('"reason":"GRANT"');
        bytes.write('"reason":"GRUNT"', at);
        if (proof !== undefined) proof['data'] = bytes.toString('base64');
      });
      expect(faultsOf(check(renamed))).toContain('PROOF_UNSIGNED 1/null');
      const [hospital] = authorities['CloudAMSP'] ?? [];
      const impostors = {
        PatientsMSP: [hospital ?? ''],
        CloudAMSP: [hospital ?? ''],
        CloudBMSP: [hospital ?? ''],
      };
      const report = verifyDisclosure(pages, { authorities: impostors, threshold: 2 });
      expect(faultsOf(report)).toEqual(['PROOF_UNSIGNED 1/null', 'PROOF_UNSIGNED 2/null']);
      expect(faultsOf(check(pages, 3))).toContain('PROOF_UNSIGNED 1/null');
    });
  });
}
