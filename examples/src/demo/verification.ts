import { Authority, Gateway } from '@careledger/client';
import { nodeVerifier, sha256 } from '@careledger/crypto';
import {
  parseProof,
  readEnvelope,
  verifyProof,
  type ChainReport,
  type Proof,
} from '@careledger/private-chain';
import type { Careledger } from '@careledger/supervisor';
import type { LedgerView } from './ledger-view.js';
import type { Narrator } from './narrator.js';
import type { Person } from './people.js';

type RecordPage = Awaited<ReturnType<Gateway['listPatientRecords']>>;

/** Rows of a page. */
const PAGE_LIMIT = 500;

export interface Verification {
  readonly chains: number;
  readonly records: number;
  readonly failures: readonly string[];
}

/** Checks every chain against its raw frames and anchors, every record on both ledgers, and one full proof. */
export async function verifyAll(
  people: readonly Person[],
  careledger: Careledger,
  view: LedgerView,
  narrator: Narrator,
): Promise<Verification> {
  const failures: string[] = [];
  let records = 0;
  for (const person of people) {
    failures.push(...(await verifyChain(person)));
    const checked = await verifyRecords(person, view);
    records += checked.count;
    failures.push(...checked.failures);
    narrator.progress(() => `verified ${records} records of ${people.indexOf(person) + 1} patients`);
  }
  const [first] = people;
  if (first !== undefined) failures.push(...(await verifyOneProof(first, careledger, view, narrator)));
  return { chains: people.length, records, failures };
}

async function verifyChain({ api, patientId }: Person): Promise<string[]> {
  const verified = await api.getPatientChainVerify({ path: { patientId } });
  const { anchorsOnLedger } = verified;
  const report = verified.report as ChainReport;
  const failures = report.faults.map(
    (fault) => `${patientId} block ${fault.height}: ${fault.code} ${fault.detail}`,
  );
  if (anchorsOnLedger === 0) failures.push(`${patientId}: no head of the chain is anchored`);
  if (report.anchors !== anchorsOnLedger) failures.push(`${patientId}: the chain lacks an anchored head`);
  return failures;
}

/** What the gateway says it made is what the provider stored and what the authorities were told. */
async function verifyRecords(
  { api, patientId }: Person,
  view: LedgerView,
): Promise<{ count: number; failures: string[] }> {
  const [stored, announced] = await Promise.all([view.stored(patientId), view.announced(patientId)]);
  const onCloud = new Map(
    stored.map((record) => [`${record.recordId}/${record.version}`, record.manifestHash]),
  );
  const onAuthorities = new Map(
    announced.map((record) => [`${record.recordId}/${record.version}`, record.manifestHash]),
  );
  const newest = new Map<string, { version: number; manifestHash: string }>();
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = {
      limit: PAGE_LIMIT,
      ...(cursor !== null && { cursor }),
    };
    const page: RecordPage = await api.listPatientRecords({ path: { patientId }, query });
    for (const { recordId, version, manifestHash } of page.records)
      if ((newest.get(recordId)?.version ?? 0) < version) newest.set(recordId, { version, manifestHash });
    ({ next: cursor } = page);
  } while (cursor !== null);
  const failures = [...newest].flatMap(([recordId, { version, manifestHash }]) => {
    const id = `${recordId}/${version}`;
    if (onCloud.get(id) !== manifestHash) return [`${id}: not stored as the gateway made it`];
    if (onAuthorities.get(id) !== manifestHash) return [`${id}: not announced as the gateway made it`];
    return [];
  });
  return { count: newest.size, failures };
}

/** From a reading to the transaction that anchors it, with the word of a majority of organisations. */
async function verifyOneProof(
  { device, api, patientId }: Person,
  careledger: Careledger,
  view: LedgerView,
  narrator: Narrator,
): Promise<string[]> {
  const { deviceId } = device.registration;
  const prove = async (): Promise<Proof> =>
    parseProof(
      JSON.stringify(await api.getPatientReadingProof({ path: { patientId }, query: { deviceId, seq: 0 } })),
    );
  const unattested = await prove();
  const { txId } = readEnvelope(unattested.transaction.envelope, sha256);
  const { gateway, authorities } = careledger;
  const attestors = [
    new Gateway({ url: gateway.url, token: gateway.tokens.ops }),
    ...Object.values(authorities).map(({ url, tokens }) => new Authority({ url, token: tokens.ops })),
  ];
  for (const attestor of attestors)
    await attestor.createAttestation({ body: { channel: 'authorities', txId } });
  const proof = await prove();
  const roots = await view.trustRoots(attestors.length);
  const { ok, steps, warnings } = verifyProof(proof, roots, { hash: sha256, verifier: nodeVerifier() });
  for (const warning of warnings) narrator.say(`proof: ${warning}`);
  narrator.say(
    `one reading proved from its device’s signature to transaction ${txId.slice(0, 12)}…: ${ok ? 'holds' : 'FAILS'}`,
  );
  return ok ? [] : [`proof of ${patientId}: ${JSON.stringify(steps)}`];
}
