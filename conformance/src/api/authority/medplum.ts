import { describe, expect, test } from '@jest/globals';
import { copyGranted } from '../../fixtures/services/granted.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { MEDPLUM_SEEN, medplumTour } from '../../judges/clients/medplum.js';

/** What Medplum's client sees of an authority; `make judges` has more such clients. */
export function describeMedplum(fixture: () => LayersFixture): void {
  describe('Medplum’s client', () => {
    test('reads, checks, writes, searches and pages, and knows nothing of this system', async () => {
      const home = await fixture().home();
      await copyGranted(fixture(), home, 'cardiology', ['read', 'write', 'modify']);
      const token = fixture().unitTokens.get('cardiology') ?? '';
      const { url } = fixture().authority();
      const { patientId } = home;
      expect(await medplumTour({ url, token, patientId })).toEqual(MEDPLUM_SEEN);
    }, 120_000);
  });
}
