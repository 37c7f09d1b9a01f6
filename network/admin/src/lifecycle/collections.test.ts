import type { CollectionPlan } from '@careledger/network-definition';
import { describe, expect, test } from '@jest/globals';
import { collectionNames, collectionPackage, sameCollections } from './collections.js';

const collection: CollectionPlan = {
  name: 'secrets',
  members: ['CloudAMSP', 'CloudBMSP'],
  requiredPeerCount: 1,
  maxPeerCount: 2,
  blockToLive: 3,
  memberOnlyRead: true,
  memberOnlyWrite: false,
  endorsement: { outOf: 2, of: ['CloudAMSP', 'CloudBMSP'] },
};

describe('the collections of a definition', () => {
  test('are none rather than an empty list: that is what a channel has of a definition without any', () => {
    expect(collectionPackage([])).toBeUndefined();
    expect(sameCollections(undefined, collectionPackage([]))).toBe(true);
  });

  test('are known by their names', () => {
    expect(collectionNames(collectionPackage([collection]))).toEqual(['secrets']);
  });

  test('are the same as what came back from a channel', () => {
    expect(sameCollections(collectionPackage([collection]), collectionPackage([{ ...collection }]))).toBe(
      true,
    );
  });

  test.each<Partial<CollectionPlan>>([
    { name: 'others' },
    { members: ['CloudAMSP'] },
    { requiredPeerCount: 0 },
    { maxPeerCount: 1 },
    { blockToLive: 0 },
    { memberOnlyRead: false },
    { memberOnlyWrite: true },
    { endorsement: { outOf: 1, of: ['CloudAMSP', 'CloudBMSP'] } },
    { endorsement: { outOf: 2, of: ['CloudAMSP', 'PatientsMSP'] } },
  ])('are others when one has %j: everybody has to approve again', (change) => {
    const changed = collectionPackage([{ ...collection, ...change }]);
    expect(sameCollections(collectionPackage([collection]), changed)).toBe(false);
  });
});
