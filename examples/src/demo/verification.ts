import { nodeVerifier, sha256 } from '@careledger/crypto';
import { parseProof, readEnvelope, verifyProof, type ChainReport } from '@careledger/private-chain';
import type { Careledger } from '@careledger/supervisor';
import { Type, type Static } from 'typebox';
import { ApiClient } from '../client/api-client.js';
import type { LedgerView } from './ledger-view.js';
import type { Narrator } from './narrator.js';
import type { Person } from './people.js';

const Verified = Type.Object({
  report: Type.Unsafe<ChainReport>(Type.Object({})),
  anchorsOnLedger: Type.Integer(),
});
const RecordPage = Type.Object({
  records: Type.Array(
    Type.Object({
      recordId: Type.String(),
      version: Type.Integer(),
      manifestHash: Type.String(),
      stage: Type.String(),
    }),
  ),
  next: Type.Union([Type.String(), Type.Null()]),
});

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
  const { report, anchorsOnLedger } = await api.call(
    'GET',
    `/v1/patients/${patientId}/chain/verify`,
    Verified,
  );
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
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: Static<typeof RecordPage> = await api.call(
      'GET',
      `/v1/patients/${patientId}/records?limit=500${query}`,
      RecordPage,
    );
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
  const path = `/v1/patients/${patientId}/proofs?deviceId=${device.registration.deviceId}&seq=0`;
  const anything = Type.Unknown();
  const unattested = parseProof(JSON.stringify(await api.call('GET', path, anything)));
  const { txId } = readEnvelope(unattested.transaction.envelope, sha256);
  for (const { url, tokens } of [careledger.gateway, ...Object.values(careledger.authorities)])
    await new ApiClient(url, tokens.ops).call('POST', '/v1/attestations', anything, {
      channel: 'authorities',
      txId,
    });
  const proof = parseProof(JSON.stringify(await api.call('GET', path, anything)));
  // Endorsement on `authorities` asks for a majority of the organisations with peers, and so does the proof.
  const organisations = 1 + Object.keys(careledger.authorities).length;
  const roots = await view.trustRoots(Math.floor(organisations / 2) + 1);
  const { ok, steps, warnings } = verifyProof(proof, roots, { hash: sha256, verifier: nodeVerifier() });
  for (const warning of warnings) narrator.say(`proof: ${warning}`);
  narrator.say(
    `one reading proved from its device’s signature to transaction ${txId.slice(0, 12)}…: ${ok ? 'holds' : 'FAILS'}`,
  );
  return ok ? [] : [`proof of ${patientId}: ${JSON.stringify(steps)}`];
}
