import { expect, test } from '@jest/globals';
import { operationIdOf, nounOf } from './openapi-names.js';

test.each([
  ['GET', '/v1/patients', 'listPatients', 'patients'],
  ['GET', '/v1/patients/:patientId', 'getPatient', 'patients'],
  ['GET', '/v1/patients/:patientId/grants', 'listPatientGrants', 'grants'],
  ['POST', '/v1/patients/:patientId/grants', 'createPatientGrant', 'grants'],
  ['POST', '/v1/patients/:patientId/grants/:grantId/revoke', 'revokePatientGrant', 'grants'],
  ['POST', '/v1/patients/:patientId/grants/revoke-all', 'revokeAllPatientGrants', 'grants'],
  ['POST', '/v1/patients/:patientId/devices/:deviceId/re-pair', 'rePairPatientDevice', 'devices'],
  ['GET', '/v1/patients/:patientId/accesses', 'listPatientAccesses', 'accesses'],
  ['GET', '/v1/patients/:patientId/settings', 'getPatientSettings', 'settings'],
  ['PUT', '/v1/patients/:patientId/settings', 'replacePatientSettings', 'settings'],
  ['GET', '/v1/patients/:patientId/settings/versions', 'listPatientSettingsVersions', 'settings'],
  ['GET', '/v1/patients/:patientId/chain', 'getPatientChain', 'chain'],
  ['POST', '/v1/flush', 'flush', 'flush'],
  ['GET', '/v1/statistics', 'getStatistics', 'statistics'],
  ['POST', '/v1/access-requests', 'createAccessRequest', 'access-requests'],
  ['PUT', '/v1/records/:recordId/versions/:version', 'replaceRecordVersion', 'records'],
  ['PUT', '/v1/records/:recordId/versions/:version/wraps', 'replaceRecordVersionWraps', 'records'],
  ['GET', '/v1/records/:recordId/versions/:version/status', 'getRecordVersionStatus', 'records'],
  ['DELETE', '/v1/subscriptions/:subscriptionId', 'deleteSubscription', 'subscriptions'],
  ['GET', '/openapi.json', 'getOpenapiJson', 'service'],
])('%s %s is %s, under %s', (method, url, name, tag) => {
  expect(operationIdOf(method, url)).toBe(name);
  expect(nounOf(url)).toBe(tag);
});
