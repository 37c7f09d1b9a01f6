import { FormBrowser } from '@careledger/service-kit/form-browser';
import * as openId from 'openid-client';
import { CALLBACK, type Clinician } from './clinician.js';

const SCOPE = 'openid fhirUser launch/patient patient/*.rs';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

export type Credentials = Pick<Clinician, 'username' | 'password' | 'clientId' | 'fhirUrl'>;

/** What the app got. */
export interface SignedIn {
  readonly accessToken: string;
  readonly scope: string;
  /** Seconds. */
  readonly expiresIn: number | undefined;
}

/**
 * Signs somebody in for an app that is about one patient, as an app and a browser do (SMART App Launch 2.2, standalone):
 * the FHIR server names the provider, its pages ask for the password and for consent, and the code that comes back is
 * exchanged with PKCE.
 * @throws Error with the page on which it ended
 */
export async function signIn(
  { clientId, fhirUrl, password, username }: Credentials,
  patientId: string,
): Promise<SignedIn> {
  const app = await appAt(fhirUrl, clientId);
  const [pkceCodeVerifier, state] = [openId.randomPKCECodeVerifier(), openId.randomState()];
  const authorizationUrl = openId.buildAuthorizationUrl(app, {
    ...{ redirect_uri: CALLBACK, scope: SCOPE, aud: fhirUrl, state },
    code_challenge: await openId.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const browser = new FormBrowser();
  const asked = await browser.open(authorizationUrl.href, CALLBACK);
  const allowing = await browser.send(asked, '/login', { username, password }, CALLBACK);
  const back = await browser.send(allowing, '/consent', { patientId }, CALLBACK);
  if (back.status !== 0) throw new Error(`Nobody was called back: ${back.text}`);
  const answer = await openId.authorizationCodeGrant(app, new URL(back.url), {
    ...{ pkceCodeVerifier, expectedState: state },
  });
  return { accessToken: answer.access_token, scope: answer.scope ?? '', expiresIn: answer.expires_in };
}

/** The app, as the FHIR server says where people sign in. */
async function appAt(fhirUrl: string, clientId: string): Promise<openId.Configuration> {
  const response = await fetch(`${fhirUrl}/.well-known/smart-configuration`);
  if (!response.ok) throw new Error(`${fhirUrl} does not say where people sign in: ${response.status}`);
  const provider = (await response.json()) as openId.ServerMetadata;
  const app = new openId.Configuration(provider, clientId, undefined, openId.None());
  if (LOOPBACK.has(new URL(provider.issuer).hostname)) openId.allowInsecureRequests(app);
  return app;
}
