import { escaped, page } from './html.js';

export interface Asking {
  readonly organisation: string;
  readonly uid: string;
  /** The app for which somebody signs in. */
  readonly clientName: string;
  /** The hospital's own provider, where people may sign in too. */
  readonly elsewhere?: string;
  /** What was wrong with the last try. */
  readonly fault?: string;
}

const faultOf = ({ fault }: Asking): string =>
  fault === undefined ? '' : `<p role="alert"><strong>${escaped(fault)}</strong></p>\n`;
const cancel = ({ uid }: Asking): string =>
  `<form method="post" action="/interaction/${escaped(uid)}/abort"><button>Cancel</button></form>`;

// A link, since a browser holds a form to this origin.
const elsewhereOf = ({ elsewhere, uid }: Asking): string =>
  elsewhere === undefined
    ? ''
    : `<p><a href="/interaction/${escaped(uid)}/upstream">Sign in with ${escaped(elsewhere)}</a></p>\n`;

/** Who is it? */
export const signInPage = (asking: Asking): string =>
  page(
    `${asking.organisation}: sign in`,
    `${faultOf(asking)}<p>To go on with ${escaped(asking.clientName)}.</p>
${elsewhereOf(asking)}<form method="post" action="/interaction/${escaped(asking.uid)}/login">
<p><label>User name <input name="username" autocomplete="username" required autofocus></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button>Sign in</button></p>
</form>
${cancel(asking)}`,
  );

export interface AskingConsent extends Asking {
  readonly userName: string;
  /** What the app is to get. */
  readonly scopes: readonly string[];
  /** `ask`: whoever signs in names the patient; else the patient of the launch, or none. */
  readonly patient: 'ask' | { readonly patientId: string } | undefined;
}

/** May the app have this? */
export function consentPage(asking: AskingConsent): string {
  const { clientName, patient, scopes, uid, userName } = asking;
  const patientField =
    patient === 'ask'
      ? '<p><label>Patient (pseudonym) <input name="patientId" pattern="pat_[a-z2-7]{32}" required></label></p>'
      : patient && `<p>Patient: <code>${escaped(patient.patientId)}</code></p>`;
  return page(
    `${asking.organisation}: ${clientName}`,
    `${faultOf(asking)}<p>${escaped(userName)}, ${escaped(clientName)} asks to act for you with:</p>
<ul>
${scopes.map((scope) => `<li><code>${escaped(scope)}</code></li>`).join('\n')}
</ul>
<form method="post" action="/interaction/${escaped(uid)}/consent">
${patientField ?? ''}
<p><button>Allow</button></p>
</form>
${cancel(asking)}`,
  );
}
