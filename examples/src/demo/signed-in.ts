import { eventually } from '../client/eventually.js';
import type { Clinician } from '../sign-in/clinician.js';
import { signIn } from '../sign-in/sign-in.js';
import { hospitalOf, newestRecordOf, short, type DemoContext } from './context.js';
import type { Person } from './people.js';

/** No copy is shown longer than this after its patient's revocation is on the ledger. */
const SHOWN_MAX_MS = 30_000;
/** Values that a line shows. */
const VALUES_SHOWN = 3;

/** A clinician who has signed in for an app that is about one patient. */
export interface Session {
  readonly clinician: Clinician;
  readonly person: Person;
  readonly accessToken: string;
  /** How many observations a search found. */
  readonly found: number;
}

interface Quantity {
  readonly value?: number;
  readonly unit?: string;
}
interface Observation {
  readonly code: { readonly coding?: readonly { readonly code?: string }[] };
  readonly valueQuantity?: Quantity;
}
interface Searchset {
  readonly total?: number;
  readonly entry?: readonly { readonly resource: Observation }[];
}

/**
 * Whoever works at the hospital signs in for an app, and finds in the hospital's copy what the first patient lets it keep.
 * @returns undefined where nobody can sign in, or where there is nothing to find
 */
export async function searchSignedIn(context: DemoContext): Promise<Session | undefined> {
  const { clinician, narrator, people } = context;
  const [person] = people;
  if (clinician === undefined || person === undefined) return undefined;
  if ((await newestRecordOf(hospitalOf(context), person.patientId)) === undefined) return undefined;
  const { accessToken, scope } = await signIn(clinician, person.patientId);
  narrator.say(
    `${clinician.name} signed in for the app ${clinician.clientId} at the hospital’s own provider: ${scope}`,
  );
  const asking = { clinician, person, accessToken };
  const { total, entry } = await eventually('What the hospital copied', async () => {
    const response = await search(asking);
    // She is registered at her first sign-in; her pseudonym has to reach the ledger.
    if (response.status === 503) return undefined;
    if (!response.ok) throw new Error(`A search was refused: ${response.status} ${await response.text()}`);
    const { total = 0, entry = [] } = (await response.json()) as Searchset;
    return total > 0 ? { total, entry } : undefined;
  });
  const values = entry.flatMap(({ resource }) => valueOf(resource) ?? []).slice(0, VALUES_SHOWN);
  narrator.say(
    `${short(person.patientId)}: she searched the hospital’s copy, GET /fhir/Observation: ${total} found, ` +
      `the newest values ${values.join(', ')}`,
  );
  return { ...asking, found: total };
}

/**
 * The same search once the revocation is on the ledger: refused, and no later than it has to be.
 * @param revokedAtMs of `performance.now()`
 * @returns milliseconds that it took
 * @throws Error otherwise
 */
export async function expectSearchRefused(
  { narrator }: DemoContext,
  session: Session,
  revokedAtMs: number,
): Promise<number> {
  const status = await eventually('The refusal of a search after the revocation', async () => {
    const { ok, status } = await search(session);
    return ok || status === 503 ? undefined : status;
  });
  const ms = Math.round(performance.now() - revokedAtMs);
  if (status !== 403 || ms > SHOWN_MAX_MS)
    throw new Error(`A search was answered with ${status}, ${ms} ms after a revocation.`);
  narrator.say(
    `${short(session.person.patientId)}: revoked, the same search with the same token: refused, ${ms} ms after the ` +
      `revocation was on both ledgers`,
  );
  return ms;
}

/** The newest of the patient's observations, and how many there are. */
function search({ accessToken, clinician, person }: Omit<Session, 'found'>): Promise<Response> {
  const query = new URLSearchParams({ patient: person.patientId, _sort: '-date', _total: 'accurate' });
  return fetch(`${clinician.fhirUrl}/Observation?${query.toString()}`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
}

function valueOf({ code, valueQuantity: { value, unit = '' } = {} }: Observation): string | undefined {
  return value === undefined ? undefined : `${code.coding?.[0]?.code ?? ''} ${value} ${unit}`.trim();
}
