import { randomBytes } from 'node:crypto';
import { addToIdentity, type Careledger } from '@careledger/supervisor';

/** Where the app is called back. Nothing listens there: whoever plays the browser sees the address. */
export const CALLBACK = 'http://127.0.0.1:9/callback';
/** The unit at which the hospital keeps copies, and at which its clinician works. */
const WARD = 'diabetes-ward';
const APP = { clientId: 'growth-chart', name: 'Growth chart', scopes: ['patient/*.rs', 'user/*.rs'] };
const PASSWORD_BYTES = 12;

/** Somebody who can sign in for an app at an authority that has an OpenID provider. */
export interface Clinician {
  readonly username: string;
  readonly password: string;
  readonly name: string;
  readonly unit: string;
  /** The app's id at the provider. */
  readonly clientId: string;
  /** Base of the authority's FHIR server: all that an app has to be told. */
  readonly fhirUrl: string;
}

/** Adds a physician and an app to the hospital's provider; undefined where it has none. */
export async function clinicianAt({ authorities, identities }: Careledger): Promise<Clinician | undefined> {
  const { hospital } = authorities;
  const { hospital: identity } = identities;
  if (hospital === undefined || identity === undefined) return undefined;
  const user = {
    ...{ username: 'hodak', password: randomBytes(PASSWORD_BYTES).toString('base64url') },
    ...{ name: 'Dr. Mirela Hodak', person: 'staff-17', profession: 'physician', unit: WARD },
  };
  await addToIdentity(identity, { user, app: { ...APP, redirectUris: [CALLBACK] } });
  const { username, password, name, unit } = user;
  return { username, password, name, unit, clientId: APP.clientId, fhirUrl: `${hospital.url}/fhir` };
}
