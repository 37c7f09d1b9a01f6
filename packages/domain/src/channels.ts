import { Type, type Static } from 'typebox';

/** The two Fabric channels: layer 2 and layer 3. */
export const CHANNELS = ['authorities', 'cloud'] as const;
export const ChannelName = Type.Union([Type.Literal('authorities'), Type.Literal('cloud')]);
export type ChannelName = Static<typeof ChannelName>;

/** The organisation whose peers and gateways act for patients; the only MSP that the chaincode knows by name. */
export const PATIENTS_MSP = 'PatientsMSP';
/** Certificate attribute (Fabric CA's OID 1.2.3.4.5.6.7.8.1) that lets a PatientsMSP identity register patients. */
export const ENROL_ATTRIBUTE = 'careledger.enrol';
