import { CompactJws } from '@careledger/contracts';
import { closedObject } from '@careledger/domain';
import type { Static } from 'typebox';

/** The door of an authority's api (layer 2) for gateways: straight emergencies. */
export const AUTHORITY_ROUTES = {
  /** POST, `EmergencyNoticeHttp` (`emergencyNotice` statement) → 202; role `system`. */
  emergencyNotices: '/v1/emergency-notices',
} as const;

export const EmergencyNoticeHttp = closedObject({ statement: CompactJws });
export type EmergencyNoticeHttp = Static<typeof EmergencyNoticeHttp>;
