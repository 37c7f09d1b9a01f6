import { clinicalConfig, configUnder, type ClinicalOverrides } from '@careledger/clinical';
import { timestampOf } from '@careledger/domain';
import { fromCursor, pageOfRows } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { GatewayCore } from '../../core.js';
import { settingsStatement, type SettingsService, type SettingsStore } from '../../settings/index.js';
import type { ListQuery } from '../schemas.js';
import type { SettingsBody, SettingsTaken, SettingsVersionsPage, SettingsView } from './schemas.js';

export interface SettingsViewsOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly settingsService: SettingsService;
  readonly settingsStore: Pick<SettingsStore, 'page'>;
  /** What judges where nobody has stated anything. */
  readonly overrides: ClinicalOverrides;
}

const Place = Type.Object({ version: Type.Integer() });

/** Patients' settings as the routes show and take them. */
export class SettingsViews {
  readonly #options: SettingsViewsOptions;

  constructor(options: SettingsViewsOptions) {
    this.#options = options;
  }

  get(patientId: string): SettingsView {
    const { core, settingsService, overrides } = this.#options;
    const patient = core.patients.get(patientId);
    const inForce = settingsService.inForce(patient);
    const base = clinicalConfig(overrides);
    const config = inForce === undefined ? base : configUnder(base, inForce);
    const { windowMs, person, glucose, news2, bloodPressure, fever, silence } = config;
    const stated = settingsService.statedLast(patient);
    return {
      version: inForce?.version ?? 0,
      hash: inForce?.hash ?? null,
      from: inForce === undefined ? null : timestampOf(inForce.from),
      ...stated,
      inForce: { windowMs, person, glucose, news2, bloodPressure, fever, silence },
    };
  }

  /** Oldest first. */
  versions(patientId: string, { cursor, limit }: ListQuery): SettingsVersionsPage {
    const { core, settingsStore } = this.#options;
    const { patientNo } = core.patients.get(patientId);
    const after = cursor === undefined ? 0 : fromCursor(cursor, Place).version;
    const rows = settingsStore.page(patientNo, after, limit + 1);
    const page = pageOfRows(rows, limit, ({ version }) => ({ version }));
    return {
      versions: page.rows.map(({ version, hash, fromMs, statement }) => {
        const { by, issuer, body } = settingsStatement(statement);
        const { practitionerId, settings } = body;
        return {
          ...{ version, hash, from: timestampOf(fromMs), by, settings, statement },
          ...(by === 'authority' && { authorityId: issuer }),
          ...(practitionerId !== undefined && { practitionerId }),
        };
      }),
      next: page.next,
    };
  }

  /** @param caller names who gives the passphrase, as `callerOf` does */
  async put(patientId: string, body: SettingsBody, caller: string, ifMatch?: string): Promise<SettingsTaken> {
    const { core, settingsService } = this.#options;
    const patient = core.patients.get(patientId);
    const { version, hash, from } =
      'statement' in body
        ? await settingsService.take(patient, body.statement, ifMatch)
        : await settingsService.state(
            patient,
            body.settings,
            { passphrase: body.passphrase, caller },
            ifMatch,
          );
    return { version, hash, from: timestampOf(from) };
  }
}
