import { PATIENTS_MSP } from '@careledger/domain';
import { makeWrapSet, matchWraps, readWrapSet, wrapKey, type Wrap } from '@careledger/envelope';
import { HeldWraps, PROVIDER_ROUTES, ReplaceWrapsAnswer } from '@careledger/protocol';
import { HttpClientError } from '@careledger/service-kit';
import type { MadeVersion } from '../../fixtures/providers/made-version.js';
import type { Person } from './person.js';
import type { Client, Stage } from './play.js';

/** Whose key is wrapped to, by its thumbprint. */
export type Recipients = ReadonlyMap<
  string,
  { readonly authorityId: string; readonly publicKey: Uint8Array }
>;

/**
 * A patient's gateway wraps a version's key anew, to whom it believes that it should: it may be behind the ledger. Where the
 * provider knows better, it follows. @returns 1
 */
export async function rewrap(stage: Stage, client: Client, recipients: Recipients): Promise<number> {
  const person = client.random.of(stage.people);
  const version = client.random.of(person.versions);
  const believed = new Set(person.grants.values());
  // Some gateways have heard of nothing.
  const isBehind = client.random.chance(40);
  const wanted = [...recipients].filter(([, { authorityId }]) => isBehind || believed.has(authorityId));
  try {
    const first = await replace(stage, person, { version, recipients, kids: wanted.map(([kid]) => kid) });
    if (first !== undefined) await replace(stage, person, { version, recipients, kids: first });
  } catch (error) {
    // The provider is gone, or another gateway was faster.
    stage.history.refused(
      error instanceof HttpClientError ? String(error.problem?.['code'] ?? error.code) : String(error),
    );
  }
  return 1;
}

/** @returns the recipients that there should be, where the provider does not take these */
export async function replace(
  { world, history }: Stage,
  { patient, gateway }: Person,
  {
    version: made,
    recipients,
    kids,
  }: { version: MadeVersion; recipients: Recipients; kids: readonly string[] },
): Promise<string[] | undefined> {
  const client = world.provider.as(PATIENTS_MSP);
  const { record, version, manifestHash, contentKey } = made;
  const { recordId } = record;
  const path = PROVIDER_ROUTES.wraps(recordId, version);
  const held = await client.call('GET', path, { result: HeldWraps });
  const heldSet = readWrapSet(held.wrapSet);
  const present = matchWraps(heldSet, held.wraps);
  // Patient and author keep theirs.
  const wraps: Wrap[] = present.filter(({ kid }) => kids.includes(kid) || isOwners(kid, made, recipients));
  for (const kid of kids) {
    const recipient = recipients.get(kid);
    if (recipient === undefined || wraps.some((each) => each.kid === kid)) continue;
    wraps.push(await wrapKey(contentKey, { recordId, version }, { publicKey: recipient.publicKey }));
  }
  const seq = heldSet.seq + 1;
  const wrapSet = makeWrapSet({ recordId, version, manifestHash, seq, wraps }, gateway);
  const body = { wrapSet, wraps: wraps.map(({ jwe }) => jwe) };
  const calledMs = world.time.atLeastMs;
  try {
    await client.call('PUT', path, { body, result: ReplaceWrapsAnswer });
  } catch (error) {
    const problem = error instanceof HttpClientError ? error.problem : undefined;
    if (problem?.['code'] !== 'WRAPS_MISMATCH') throw error;
    const [drop, keep] = [problem['drop'] as string[], problem['keep'] as string[]];
    return [...kids.filter((kid) => !drop.includes(kid)), ...keep];
  }
  const authorityIds = wraps.flatMap(({ kid }) => recipients.get(kid)?.authorityId ?? []);
  history.wrappings.push({
    ...{ patientId: patient.id, recordId, version, seq, wrapSet, authorityIds, calledMs },
    heightAfter: await world.holderHeight(),
  });
  return undefined;
}

function isOwners(kid: string, { author }: MadeVersion, recipients: Recipients): boolean {
  const recipient = recipients.get(kid);
  return recipient === undefined || recipient.authorityId === author.id;
}
