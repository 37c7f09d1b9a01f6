import type { Notice } from '@careledger/client';
import { short } from '../demo/context.js';

/** What a notice says, in a line for people; its health data stays out. */
export function noticeLine({ type, data }: Notice): string {
  const say = LINES[type] ?? (() => JSON.stringify(data));
  return `${type.padEnd(TYPE_WIDTH)} ${short(String(data['patientId']))}  ${say(data)}`;
}

type Data = Notice['data'];

const LINES: Readonly<Record<string, (data: Data) => string>> = {
  record: ({ kind, period, providerId, recordId, version }) =>
    `${String(kind)} ${String(recordId)} version ${String(version)} of ${spanOf(period)}, kept by ${String(providerId)}`,
  emergency: ({ recordId, withheld }) =>
    `EMERGENCY ${String(recordId)}, straight from the gateway: ${withheld === undefined ? 'shown' : `withheld (${String(withheld)})`}`,
  subscription: ({ status, subscriptionId }) => `subscription ${String(subscriptionId)} is ${String(status)}`,
  policy: ({ active, granted, revoked }) =>
    `${countOf(granted)} granted, ${countOf(revoked)} revoked: ${active === true ? 'notices come' : 'no more notices'}`,
  visit: ({ confirmed, visitId }) =>
    `visit ${String(visitId)}${confirmed === true ? ', confirmed by the patient' : ''}`,
  fork: ({ height }) => `FORK: two blocks of height ${String(height)} were reported`,
};
const TYPE_WIDTH = Math.max(...Object.keys(LINES).map((type) => type.length));

const countOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

/** `2026-11-28 09:00–09:10`, in UTC. */
function spanOf(period: unknown): string {
  const { start, end } = period as { readonly start: string; readonly end: string };
  return `${start.slice(0, 10)} ${start.slice(11, 16)}–${end.slice(11, 16)}`;
}
