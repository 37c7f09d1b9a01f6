import type { StatedSettings, StatementBody, StatementName } from '@careledger/contracts';
import { STATEMENTS } from '@careledger/contracts';
import { sha256, signJws, signerFromSeed, toBase64url, type Signer } from '@careledger/crypto';
import { patientIdOf } from '@careledger/domain';
import type { VectorBody } from '@careledger/spec';
import { makeStatement } from '@careledger/statements';

/** A file of `spec/vectors/{valid,invalid}/own-gateway`; documented in `spec/statements.md`. */
export type OwnGatewayVector = VectorBody & {
  kind: 'settings' | 'acknowledgement' | 'acknowledgeAlarm' | 'muteAlarms';
  token: string;
  /** The gateway's clock, seconds. */
  now: number;
  networkId: string;
  patientId: string;
  /** Valid ones: statement hash. */
  hash?: string;
  /** Invalid ones: what the gateway answers. */
  code?: string;
  /** The check of `spec/statements.md` that it fails, where it is one of those. */
  statementCode?: string;
};

const seeded = (byte: number): Signer => signerFromSeed(new Uint8Array(32).fill(byte));
/** Whose keys these are. Never use them for anything else. */
export const consent = seeded(0x51);
export const gateway = seeded(0x52);
export const hospital = seeded(0x53);
export const formerHospital = seeded(0x54);
export const stranger = seeded(0x55);

export const consentKey = toBase64url(consent.publicKey);
export const patientId = patientIdOf(consent.publicKey, sha256);
export const OTHER_PATIENT = patientIdOf(stranger.publicKey, sha256);
export const AUTHORITY = 'aut_hospital';
export const PRACTITIONER = `prc_${'a'.repeat(32)}`;
/** A device of the patient. */
export const DEVICE = `dev_${'c'.repeat(32)}`;
export const OTHER_DEVICE = `dev_${'d'.repeat(32)}`;
const NETWORK = 'devnet';
/** 2026-01-01T00:00:00Z */
export const NOW = 1_767_225_600;
/** Statement hash of a version that is in force. */
export const BEFORE = 'b'.repeat(64);

export const common = { now: NOW, networkId: NETWORK, patientId };

interface Saying {
  readonly iss?: string;
  readonly aud?: string;
  readonly channels?: readonly string[];
  readonly iat?: number;
  readonly signer?: Signer;
  /** Of which kind it says it is. */
  readonly as?: StatementName;
}

/** A statement to the own gateway, by the patient unless told. The body may be none of its kind. */
export function said(
  name: StatementName,
  body: object,
  { iss = patientId, aud = NETWORK, channels = ['authorities'], iat = NOW - 5, signer, as }: Saying = {},
): string {
  const { typ } = STATEMENTS[as ?? name];
  return makeStatement(
    { typ, iss, aud, channels: [...channels], sid: 'AAECAwQFBgcICQoLDA0ODw', iat, body: { ...body } },
    signer ?? consent,
  );
}

/** A token with other content under its signature. */
export function altered(token: string, { from, to }: { readonly from: string; readonly to: string }): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const text = Buffer.from(payload, 'base64url').toString('utf8');
  if (!text.includes(from)) throw new Error(`The payload has no ${from}`);
  return [header, Buffer.from(text.replace(from, to)).toString('base64url'), signature].join('.');
}

/** Signed JSON text, e.g. with a member twice. */
export const signedText = (name: StatementName, json: string, signer: Signer = consent): string =>
  signJws({ typ: STATEMENTS[name].typ, payload: new TextEncoder().encode(json) }, signer);

export const settingsBody = (
  settings: StatedSettings,
  more: Partial<StatementBody<'settings'>> = {},
): StatementBody<'settings'> => ({ patientId, version: 1, previous: null, settings, ...more });
