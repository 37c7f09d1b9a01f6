import { CompactJws } from '@careledger/contracts';
import { Type, type Static } from 'typebox';

/** The door of an authority's api (layer 2) for gateways: straight emergencies. */
export const AUTHORITY_ROUTES = {
  /** POST, `EmergencyNoticeHttp` (`emergencyNotice` statement) → 202; role `system`. */
  emergencyNotices: '/v1/emergency-notices',
} as const;

export const EmergencyNoticeHttp = Type.Object({ statement: CompactJws }, { additionalProperties: false });
export type EmergencyNoticeHttp = Static<typeof EmergencyNoticeHttp>;
