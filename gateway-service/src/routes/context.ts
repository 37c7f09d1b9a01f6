import { DeviceId, PatientId, RecordId } from '@careledger/domain';
import { hash } from 'node:crypto';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { GatewayConfig } from '../config.js';
import type { ConsentPassphrase } from '../consent/consent-key.js';
import type { Gateway } from '../gateway.js';

/** What every group of routes needs. */
export interface RouteContext {
  readonly app: ServiceApp;
  readonly gateway: Gateway;
  readonly config: Pick<GatewayConfig, 'gatewayId' | 'networkId'>;
}

export const PatientParams = Type.Object({ patientId: PatientId });
export const DeviceParams = Type.Object({ patientId: PatientId, deviceId: DeviceId });
export const RecordParams = Type.Object({ patientId: PatientId, recordId: RecordId });

/** The patient alone. */
export const byPatient = requireRole('patient');
/** The patient, or whoever runs the gateway. */
export const byPatientOrOps = requireRole('patient', 'ops');
/** Nothing of it says what was measured. */
export const byPatientOpsOrAuditor = requireRole('patient', 'ops', 'auditor');
export const byPatientOrAuditor = requireRole('patient', 'auditor');
export const byOps = requireRole('ops');

export const Passphrase = Type.String({
  minLength: 1,
  maxLength: 1_024,
  description: 'Opens the consent key',
});

const BEARER = 'Bearer ';

/** A request's passphrase with a name for the token that it came with, which is not the token: its SHA-256. */
export function unlockOf(
  { headers }: Pick<FastifyRequest, 'headers'>,
  { passphrase }: { readonly passphrase: string },
): ConsentPassphrase {
  // Without the scheme, which may be written in any case.
  return { passphrase, caller: hash('sha256', headers.authorization?.slice(BEARER.length) ?? '') };
}

const LIST_LIMIT_DEFAULT = 100;
const LIST_LIMIT_MAX = 500;

/** Which part of a list that can grow without bound. */
export const ListQuery = Type.Object({
  /** As the page before returned it. */
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  limit: Type.Integer({ minimum: 1, maximum: LIST_LIMIT_MAX, default: LIST_LIMIT_DEFAULT }),
});

/** The first `limit` of the rows, and a cursor where there are more. @param rows one more than `limit`, if there are */
export function pageOfRows<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): { readonly page: readonly Row[]; readonly next: { readonly cursor?: string } } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last !== undefined ? { cursor: cursorOf(last) } : {} };
}

/** Longest time that a request waits for the ledgers, unless the caller asks for less. */
export const WAIT_MS = 20_000;
