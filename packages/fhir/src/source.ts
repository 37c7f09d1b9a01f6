import { concept, instantOf, outside, within } from './elements.js';
import type { Device, Provenance } from './schema.js';
import { SYSTEM } from './systems.js';
import { uuidOf } from './uuid.js';

/** A device as its registration describes it. */
export interface DeviceDescription {
  readonly deviceId: string;
  /** What it is in words, from its profile, e.g. `continuous glucose monitor`; null if unknown. */
  readonly type: string | null;
}

/** The block of the patient's private chain in which the newest of the readings lies. */
export interface ChainPosition {
  readonly height: number;
  readonly blockHash: string;
}

/** A version of the patient's settings, by the hash of its statement. */
export interface SettingsPosition {
  readonly version: number;
  readonly hash: string;
}

/** Whose data it is, who measured it and who put it together. */
export interface Source {
  readonly patientId: string;
  readonly gatewayId: string;
  /** Every device whose readings went into the bundle. */
  readonly devices: readonly DeviceDescription[];
  /** When the bundle was made, milliseconds: chosen once, so that a retry makes the same bytes. */
  readonly recordedAtMs: number;
  readonly chain?: ChainPosition | undefined;
  /** Those that were in force and shaped it, in their order. */
  readonly settings?: readonly SettingsPosition[] | undefined;
}

export const deviceUuid = (deviceId: string): string => uuidOf(`Device|${deviceId}`);

export function deviceResources(devices: readonly DeviceDescription[]): Device[] {
  return [...devices]
    .sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1))
    .map(({ deviceId, type }) => ({
      resourceType: 'Device',
      id: deviceUuid(deviceId),
      identifier: [{ system: SYSTEM.device, value: deviceId }],
      status: 'active',
      ...(type === null ? {} : { type: { text: type } }),
    }));
}

/** What it rests on: the chain's block, and the settings by which readings were judged. */
function entitiesOf({ chain, settings = [] }: Source): NonNullable<Provenance['entity']> {
  const named = [
    ...(chain === undefined ? [] : [[SYSTEM.block, `${chain.height}:${chain.blockHash}`] as const]),
    ...settings.map(({ version, hash }) => [SYSTEM.settings, `${version}:${hash}`] as const),
  ];
  return named.map(([system, value]) => ({ role: 'source', what: outside('Basic', system, value) }));
}

/** Devices measured, the gateway assembled; the chain's block and the settings are what it rests on. */
export function provenanceOf(
  name: string,
  source: Source,
  targetIds: readonly string[],
  period: { readonly start: number; readonly end: number },
): Provenance {
  const agents: Provenance['agent'] = deviceResources(source.devices).map(({ id }) => ({
    type: concept(SYSTEM.provenanceParticipant, 'performer', 'Performer'),
    who: within(id),
  }));
  agents.push({
    type: concept(SYSTEM.provenanceParticipant, 'assembler', 'Assembler'),
    who: outside('Device', SYSTEM.gateway, source.gatewayId),
  });
  const entities = entitiesOf(source);
  return {
    resourceType: 'Provenance',
    id: uuidOf(`Provenance|${name}`),
    target: targetIds.map(within),
    occurredPeriod: { start: instantOf(period.start), end: instantOf(period.end) },
    recorded: instantOf(source.recordedAtMs),
    agent: agents,
    ...(entities.length > 0 && { entity: entities }),
  };
}
