import { exactJson } from '@careledger/crypto';
import { expect, test } from '@jest/globals';
import type { Json } from '../resources/json.js';
import { subsetOf } from './subset.js';

test('a subset has what is named, what R4 requires, what changes its meaning, and says that it is one', () => {
  const resource = exactJson(
    '{"resourceType":"Observation","id":"i","meta":{"versionId":"1","tag":[{"code":"own"}]},"status":"final",' +
      '"_status":{"id":"s"},"modifierExtension":[{"url":"u"}],"category":[{}],"code":{"text":"Mood"},' +
      '"effectiveDateTime":"2026-05-05","valueQuantity":{"value":5.40},"valueless":1}',
  ) as Json;
  expect(JSON.stringify(subsetOf(resource, ['value']))).toBe(
    '{"resourceType":"Observation","id":"i","meta":{"versionId":"1","tag":[{"code":"own"},' +
      '{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]},"status":"final",' +
      '"_status":{"id":"s"},"modifierExtension":[{"url":"u"}],"code":{"text":"Mood"},"valueQuantity":{"value":5.40}}',
  );
});

test('a Provenance keeps where it comes from, whatever is named', () => {
  const provenance = {
    ...{ resourceType: 'Provenance', id: 'i', target: [{ reference: 'Observation/1' }] },
    ...{ recorded: '2026-05-05T10:00:00Z', agent: [{ who: { reference: 'Device/1' } }], activity: {} },
  };
  expect(Object.keys(subsetOf(provenance, ['target']))).toEqual([
    ...['resourceType', 'id', 'target', 'recorded', 'agent', 'meta'],
  ]);
});
