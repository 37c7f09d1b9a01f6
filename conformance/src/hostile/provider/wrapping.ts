import { generateEd25519, generateX25519 } from '@careledger/crypto';
import { wrapKey } from '@careledger/envelope';
import type { MadeVersion } from '../../fixtures/providers/made-version.js';
import { codeOf, type ProviderFixture } from './provider-fixture.js';
import { MISMATCH, asEach, kind, type ProviderKind, type Run } from './provider-kind.js';

/** A set of wraps instead of the one that provider A holds. */
const replacing =
  (
    set: (
      fixture: ProviderFixture,
      made: MadeVersion,
      patient: Awaited<ReturnType<ProviderFixture['granted']>>['patient'],
    ) => Promise<Parameters<ProviderFixture['cloud']['replaceWraps']>[1]>,
    as?: string,
  ): Run =>
  async (fixture) => {
    const { patient, made } = await fixture.granted();
    return codeOf(fixture.cloud.replaceWraps(made, await set(fixture, made, patient), as));
  };

/** Reading and replacing the wraps of what is held. */
export const WRAPPING_ATTEMPTS: readonly ProviderKind[] = [
  kind({
    id: 'reads-wraps',
    role: 'operator',
    what: 'reads who has the keys of a version that is not its own',
    answer: MISMATCH,
    tries: {
      wraps: async (fixture) => {
        const { made } = await fixture.granted();
        return asEach(['HospitalMSP', 'LabMSP', 'CloudBMSP'], (as) => fixture.cloud.heldWraps(made, as));
      },
    },
  }),
  kind({
    id: 'replaces-wraps-of-another',
    role: 'operator',
    what: 'brings a set of wraps for another one’s patient',
    answer: MISMATCH,
    tries: {
      wraps: replacing(
        async (_fixture, made, patient) => ({ seq: 2, wraps: made.wraps, signer: patient.gateway }),
        'LabMSP',
      ),
    },
  }),
  kind({
    id: 'replaces-wraps-forged',
    role: 'authority',
    what: 'replaces the wraps of a version, to take readers away',
    answer: 'WRAPS_REFUSED (WRAP_SIGNER_UNKNOWN)',
    tries: {
      'by an authority': replacing(async ({ cloud }, made) => ({
        seq: 2,
        wraps: made.wraps,
        signer: cloud.hospital.signer,
      })),
    },
  }),
  kind({
    id: 'replaces-wraps-retired',
    role: 'thief',
    what: 'replaces the wraps of a version with a former gateway key',
    answer: 'WRAPS_REFUSED (WRAP_SIGNER_RETIRED)',
    tries: {
      'by a former key': replacing(async ({ cloud }, made, patient) => {
        await cloud.rotate(patient, 'gateway', generateEd25519().signer);
        return { seq: 2, wraps: made.wraps, signer: patient.gateway };
      }),
    },
  }),
  kind({
    id: 'replaces-wraps-out-of-turn',
    role: 'relay',
    what: 'brings an old set of wraps back, or one that comes too early',
    answer: 'WRAPS_SEQ_MISMATCH',
    tries: {
      'too early': replacing(async (_fixture, made, patient) => ({
        seq: 3,
        wraps: made.wraps,
        signer: patient.gateway,
      })),
    },
  }),
  kind({
    id: 'replaces-wraps-with-others',
    role: 'thief',
    what: 'takes a granted reader’s wrap away, or adds one for a key that nobody was granted',
    answer: 'WRAPS_MISMATCH',
    tries: {
      fewer: replacing(async ({ cloud }, made, patient) => {
        const hospital = await cloud.kidOf('aut_hospital');
        const wraps = made.wraps.filter(({ kid }) => kid !== hospital);
        return { seq: 2, wraps, signer: patient.gateway };
      }),
      more: replacing(async (_fixture, made, patient) => {
        const { contentKey, record, version: number } = made;
        const subject = { recordId: record.recordId, version: number };
        const { publicKey } = generateX25519();
        const wraps = [...made.wraps, await wrapKey(contentKey, subject, { publicKey })];
        return { seq: 2, wraps, signer: patient.gateway };
      }),
    },
  }),
];
