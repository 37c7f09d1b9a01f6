import {
  EXAMPLE,
  EXAMPLE_CIPHERTEXT,
  EXAMPLE_JWE,
  accessState,
  exampleJws,
  exampleStatement,
} from '@careledger/contracts/examples';
import type {
  AccessAnswer,
  AccessRequestHttp,
  ReceiptAnswer,
  ReceiptRequest,
  ReleaseAnswer,
  ReleaseLookupAnswer,
  ReleaseLookupRequest,
  ReleaseRequestHttp,
  ReleasedRecord,
} from './access.js';
import type { EmergencyNoticeAnswer, EmergencyNoticeHttp } from './authority.js';
import type { DeviceChainHead, DeviceRegistration, RegisterDevice } from './device.js';
import { framesTopic, resultsTopic, type FrameResult, type HelloResult } from './mqtt.js';
import type {
  HeldWraps,
  ReadingsAnswer,
  ReadingsRequest,
  ReplaceWrapsAnswer,
  ReplaceWrapsRequest,
  RevocationAnswer,
  RevocationRequest,
  StoreRecordAnswer,
  StoreRecordRequest,
  VisitRequest,
} from './provider.js';
import type { PublishedKeys } from './published-keys.js';
import type { GrantMeaning } from './sealed.js';
import type { StoreRecordsAnswer, StoreRecordsRequest } from './store-batch.js';

/** Bodies between services, made up of the cast of `EXAMPLE`, for the services' OpenAPI descriptions. */

const { authorityId, deviceId, gatewayId, patientId, providerId, recordId, txId } = EXAMPLE;
const [first, , third] = EXAMPLE.at;

export const grantMeaning: GrantMeaning = {
  v: 1,
  scope: [{ category: 'laboratory', resourceType: 'Observation', tag: EXAMPLE.tag }],
  grantee: [],
  note: 'For my diabetes, until autumn',
};

// ---- devices

const profile = { type: 'continuous-glucose-monitor', codes: ['99504-3'] };
export const registerDevice: RegisterDevice = {
  pairingCode: 'k3v7q2mzr5xw4tnb',
  deviceKey: EXAMPLE.publicKey,
  proof: exampleJws('careledger.pairing-proof+jws', {
    aud: gatewayId,
    pairingCode: 'k3v7q2mzr5xw4tnb',
    deviceKey: EXAMPLE.publicKey,
    iat: Date.parse(first) / 1000,
  }),
  profile,
};
export const deviceRegistration: DeviceRegistration = {
  deviceId,
  epoch: EXAMPLE.epoch,
  gatewayId,
  mqttUrl: 'mqtts://gateway.example.org:8883',
  framesTopic: framesTopic(deviceId),
  resultsTopic: resultsTopic(deviceId),
  registeredAt: first,
};
export const deviceChainHead: DeviceChainHead = {
  deviceId,
  epoch: EXAMPLE.epoch,
  nextSeq: 288,
  prev: EXAMPLE.hash,
};
export const frame = exampleJws('careledger.frame+jws', {
  v: 2,
  epoch: EXAMPLE.epoch,
  seq: 288,
  prev: EXAMPLE.hash,
  by: 'device',
  sent: third,
  readings: [{ t: third, code: '99504-3', value: 112, unit: 'mg/dL' }],
});
export const storedFrame: FrameResult = { seq: 288, status: 'stored', height: 42, gatewayTime: third };
export const rejectedFrame: FrameResult = {
  seq: 288,
  status: 'rejected',
  code: 'FRAME_PREV_MISMATCH',
  detail: `prev: the link of frame 287 is ${EXAMPLE.hash}`,
  gatewayTime: third,
};
export const takenHello: HelloResult = { hello: 'taken', offsetMs: -1_250, gatewayTime: third };

// ---- providers

const wrapSet = exampleJws('careledger.wraps+jws', { recordId, version: 1, seq: 1, wraps: [EXAMPLE.hash] });
const manifest = exampleJws('careledger.manifest+jws', { recordId, version: 1, patientId, kind: 'periodic' });
const wraps = [EXAMPLE_JWE];
const acceptance = exampleJws('careledger.wraps-acceptance+jws', { recordId, version: 1, seq: 1 });
const receipt = exampleJws('careledger.receipt+jws', { recordId, version: 1, txId, blockNumber: 108 });

export const storeRecordRequest: StoreRecordRequest = {
  statement: exampleStatement('storeRecord', { recordId, version: 1, providerId }),
  manifest,
  wrapSet,
  wraps,
  ciphertext: EXAMPLE_CIPHERTEXT,
};
export const storeRecordAnswer: StoreRecordAnswer = {
  recordId,
  version: 1,
  providerId,
  txId,
  blockNumber: 108,
  receipt,
};
export const storeRecordsRequest: StoreRecordsRequest = { versions: [storeRecordRequest] };
export const storeRecordsAnswer: StoreRecordsAnswer = { items: [{ stored: storeRecordAnswer }] };
export const replaceWrapsRequest: ReplaceWrapsRequest = { wrapSet, wraps };
export const replaceWrapsAnswer: ReplaceWrapsAnswer = { acceptance };
export const heldWraps: HeldWraps = { wrapSet, wraps, acceptance };
const releasedRecord: ReleasedRecord = {
  recordId,
  version: 1,
  patientId,
  manifest,
  wrapSet,
  wrap: EXAMPLE_JWE,
  acceptance,
  ciphertext: EXAMPLE_CIPHERTEXT,
  receipt,
};
const askedFor = { patientId, recordId, version: 1, purpose: 'TREAT' as const };
const { requestSid } = EXAMPLE;
export const accessRequest: AccessRequestHttp = {
  statements: [exampleStatement('accessRequest', askedFor, authorityId)],
};
export const accessAnswer: AccessAnswer = {
  items: [{ requestSid, access: accessState, record: releasedRecord }],
};
export const releaseRequest: ReleaseRequestHttp = {
  statements: [exampleStatement('releaseRequest', { permitTxId: txId }, EXAMPLE.otherProviderId)],
};
export const releaseAnswer: ReleaseAnswer = { items: [{ requestSid, record: releasedRecord }] };
export const releaseLookupRequest: ReleaseLookupRequest = {
  patientId,
  permits: [{ permitTxId: txId, requester: authorityId, requestSid }],
};
export const releaseLookupAnswer: ReleaseLookupAnswer = {
  items: [
    {
      releasedAt: EXAMPLE.at[4],
      receipt: exampleJws('careledger.recipient-receipt+jws', { recordId, version: 1, permitTxId: txId }),
    },
  ],
};
export const receiptRequest: ReceiptRequest = {
  receipts: [exampleJws('careledger.recipient-receipt+jws', { recordId, version: 1, permitTxId: txId })],
};
export const receiptAnswer: ReceiptAnswer = { items: [{}] };
export const visitRequest: VisitRequest = {
  statement: exampleStatement('visit', { patientId, at: EXAMPLE.at[3], dataHash: EXAMPLE.hash }, authorityId),
};
export const revocationRequest: RevocationRequest = {
  statement: exampleStatement('revoke', { grantId: EXAMPLE.grantId, policySeq: 2 }),
};
export const publishedKeys: PublishedKeys = {
  ...{ authorityId, networkId: EXAMPLE.network, ledger: 'same' },
  ...{ signingKey: EXAMPLE.publicKey, encryptionKey: EXAMPLE.otherPublicKey },
};
export const relayedBefore: RevocationAnswer = { txId, already: true };
export const readingsRequest: ReadingsRequest = {
  statements: [exampleStatement('noticeReading', { patientId, recordId, version: 1 }, authorityId)],
};
export const readingsAnswer: ReadingsAnswer = { items: [{ sid: EXAMPLE.statementId, code: 'OK', txId }] };

// ---- authorities

export const emergencyNotice: EmergencyNoticeHttp = {
  statement: exampleStatement('emergencyNotice', { authorityId, recordId, version: 1, providerId }),
  ciphertext: EXAMPLE_CIPHERTEXT,
};
export const emergencyNoticeAnswer: EmergencyNoticeAnswer = {
  created: true,
  receipt: exampleStatement('noticeReceipt', { noticeSid: EXAMPLE.statementId }, authorityId),
};

// ---- what records hold: FHIR R4

const patient = { identifier: { system: 'urn:careledger:patient', value: patientId } };
const coded = (system: string, code: string) => ({ coding: [{ system, code }] });
const CATEGORIES = 'http://terminology.hl7.org/CodeSystem/observation-category';

/** A laboratory's report of one value. */
export const reportBundle = {
  resourceType: 'Bundle' as const,
  type: 'collection',
  timestamp: EXAMPLE.at[3],
  entry: [
    {
      fullUrl: 'urn:uuid:5f9c1f0e-52e4-4f0e-9d1c-3c5f4f7f3a10',
      resource: {
        resourceType: 'Observation',
        status: 'final',
        category: [coded(CATEGORIES, 'laboratory')],
        code: coded('http://loinc.org', '4548-4'),
        subject: patient,
        effectiveDateTime: EXAMPLE.at[3],
        valueQuantity: { value: 6.1, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
      },
    },
  ],
};

/** A gateway's record of an hour's readings. */
export const readingsBundle = {
  resourceType: 'Bundle' as const,
  type: 'collection',
  entry: [
    {
      fullUrl: 'urn:uuid:0b6f4c52-8a3e-4d27-b1f9-6e2c7a905d41',
      resource: {
        resourceType: 'Observation',
        status: 'final',
        category: [coded(CATEGORIES, 'laboratory')],
        code: coded('http://loinc.org', '99504-3'),
        subject: patient,
        effectiveDateTime: EXAMPLE.at[1],
        valueQuantity: { value: 112, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
      },
    },
  ],
};
