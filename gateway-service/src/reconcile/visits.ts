import { records } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { everyRow } from '@careledger/ledger';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { Comparison, Found } from './difference.js';

/** Visits on both channels. Only their authorities have the statements: they bring what is missing. */
export class VisitsComparison implements Comparison {
  readonly #ledger: LedgerReader;

  constructor({ ledger }: { readonly ledger: LedgerReader }) {
    this.#ledger = ledger;
  }

  async compare(patient: Patient): Promise<Found[]> {
    // A visit is recorded before it is related: one that comes meanwhile is on both.
    const recorded = await this.#on('authorities', patient);
    const related = await this.#on('cloud', patient);
    const without = (one: ReadonlySet<string>, other: ReadonlySet<string>) => [...one.difference(other)];
    return [
      ...without(recorded, related).map((about): Found => ({
        code: 'VISIT_NOT_RELATED',
        channel: 'cloud',
        about,
      })),
      ...without(related, recorded).map((about): Found => ({
        code: 'VISIT_NOT_RECORDED',
        channel: 'authorities',
        about,
      })),
    ];
  }

  async #on(name: ChannelName, { patientId }: Patient): Promise<ReadonlySet<string>> {
    const visits = new Set<string>();
    const rows = everyRow((page) =>
      this.#ledger.channel(name).evaluate(records, 'ListVisits', { patientId, ...page }),
    );
    for await (const { authorityId, visitId } of rows) visits.add(`${authorityId}/${visitId}`);
    return visits;
  }
}
