import {
  ClinicalConfigError,
  checkSettings,
  loosenedByPatient,
  type SettingsVersion,
  type StatedSettings as ClinicalSettings,
} from '@careledger/clinical';
import { DECISION_CHANNELS } from '@careledger/consent';
import { STATEMENTS, type StatedSettings, type StatementBody } from '@careledger/contracts';
import { kidOf, type SignatureVerifier } from '@careledger/crypto';
import { AuthorityId } from '@careledger/domain';
import { StatementError, checkStatement, readStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import { SettingsError } from './errors.js';
import { NOTHING_STATED } from './histories.js';
import { clinicalSettings, settingsStatement, type SettingsStatement } from './stated.js';

/** What statements that go to no ledger name. */
export const SETTINGS_CHANNELS = DECISION_CHANNELS.settings;

/** The version that a statement builds on; undefined before the first. */
type InForce = Pick<SettingsVersion, 'version' | 'hash' | 'authority'> | undefined;

/** The form of a statement, and whom it is by and about. @throws SettingsError `SETTINGS_STATEMENT_REFUSED` */
export function readSettings(token: string, patientId: string): SettingsStatement {
  const { typ, body } = STATEMENTS.settings;
  try {
    const { header, payload } = readStatement(token);
    if (header.typ !== typ) throw refused(`A ${header.typ} says nothing about settings`);
    if (!SETTINGS_CHANNELS.every((channel) => payload.channels.includes(channel)))
      throw refused(`Name the channel ${SETTINGS_CHANNELS.join()}`);
    if (!Value.Check(body, payload.body)) throw refused(`The body is not that of a ${typ}`);
  } catch (cause) {
    throw asRefusal(cause);
  }
  const said = settingsStatement(token);
  if (said.body.patientId !== patientId) throw refused('The statement is about another patient');
  if (said.by === 'patient') return said;
  if (!Value.Check(AuthorityId, said.issuer))
    throw refused('Settings are stated by the patient or by an authority');
  if (said.body.practitionerId === undefined)
    throw refused('An authority states settings for one of its practitioners: name who');
  return said;
}

/** That its issuer's key signed it, for this network. @throws SettingsError `SETTINGS_STATEMENT_REFUSED` */
export function checkSigned(
  token: string,
  { issuer }: SettingsStatement,
  expected: {
    /** The issuer's key, raw bytes. */
    readonly key: Uint8Array | undefined;
    readonly networkId: string;
    readonly verifier: SignatureVerifier;
    readonly nowMs: number;
  },
): void {
  const { key, networkId, verifier, nowMs } = expected;
  try {
    checkStatement(token, {
      ...{ typ: STATEMENTS.settings.typ, audience: networkId, issuer, verifier },
      publicKeyOf: (kid) => (key !== undefined && kid === kidOf('Ed25519', key) ? key : undefined),
      now: Math.floor(nowMs / 1_000),
    });
  } catch (cause) {
    throw asRefusal(cause);
  }
}

/** That it builds on what is in force. @throws SettingsError `VERSION_CHANGED` */
export function assertNext(inForce: InForce, stated: StatementBody<'settings'>): void {
  const { version, hash } = inForce ?? { version: 0, hash: null };
  if (stated.version !== version + 1 || stated.previous !== hash) throw changed(inForce);
}

export function changed(inForce: InForce): SettingsError {
  const { version, hash } = inForce ?? { version: 0, hash: null };
  return new SettingsError('VERSION_CHANGED', `Version ${version} is in force: build on that`, {
    members: { version, hash },
  });
}

/**
 * That they do not contradict themselves, name this patient's devices alone, and loosen nothing that their author may not.
 * @throws SettingsError `SETTINGS_INVALID`, `SETTINGS_LOOSENED`
 */
export function assertSound(
  { by, settings: stated }: { readonly by: SettingsVersion['by']; readonly settings: StatedSettings },
  inForce: InForce,
  hasDevice: (deviceId: string) => boolean,
): void {
  const settings = clinicalSettings(stated);
  try {
    checkSettings(settings);
  } catch (cause) {
    if (!(cause instanceof ClinicalConfigError)) throw cause;
    throw new SettingsError('SETTINGS_INVALID', cause.message, { cause });
  }
  assertOwnDevices(settings, hasDevice);
  if (by === 'authority') return;
  const limits = loosenedByPatient(settings, (inForce ?? NOTHING_STATED).authority);
  if (limits.length > 0)
    throw new SettingsError('SETTINGS_LOOSENED', `A practitioner alone loosens ${limits.join(', ')}`, {
      members: { limits },
    });
}

function assertOwnDevices(
  { devices = {} }: ClinicalSettings,
  hasDevice: (deviceId: string) => boolean,
): void {
  const named = Object.entries(devices).flatMap(([deviceId, { sameSensorAs = deviceId }]) => [
    ...[deviceId, sameSensorAs],
  ]);
  const strange = named.find((deviceId) => !hasDevice(deviceId));
  if (strange !== undefined)
    throw new SettingsError('SETTINGS_INVALID', `The patient has no device ${strange}`);
}

const refused = (message: string, cause?: unknown): SettingsError =>
  new SettingsError('SETTINGS_STATEMENT_REFUSED', message, { cause });

const asRefusal = (error: unknown): unknown =>
  error instanceof StatementError ? refused(`${error.code}: ${error.message}`, error) : error;
