import type { LayersRig } from '../../rig/layers-rig.js';
import { NoticeClient } from '../../rig/notices.js';
import type { TestHome } from '../../rig/test-home.js';

/** Until the api has read from its peer what a test has put on the ledger. */
export async function granted(
  rig: LayersRig,
  home: TestHome,
  body: Parameters<TestHome['grant']>[1] = {},
  words: Parameters<TestHome['grant']>[2] = {},
) {
  await using notices = await NoticeClient.connect(rig.authority(), { after: 0 });
  const grantId = await home.grant('aut_hospital', body, words);
  await notices.next(
    ({ type, data }) =>
      type === 'policy' &&
      data['patientId'] === home.patientId &&
      (data['granted'] as string[]).includes(grantId),
  );
  return grantId;
}

/** Of a field whose type the answer's schema holds already. */
export const textOf = (value: unknown): string => String(value);
