import { records, type HeadState } from '@careledger/contracts';
import type { Gateway } from '../gateway.js';

/** Every anchor of a patient, by height. */
export async function anchorsOf(gateway: Gateway, patientId: string): Promise<HeadState[]> {
  const anchors: HeadState[] = [];
  let bookmark = '';
  do {
    const page = await gateway.ledger
      .channel('authorities')
      .evaluate(records, 'ListAnchors', { patientId, ...(bookmark !== '' && { bookmark }) });
    anchors.push(...page.rows);
    bookmark = page.bookmark;
  } while (bookmark !== '');
  return anchors;
}
