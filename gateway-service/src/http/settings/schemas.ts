import { CompactJws, LIMIT_SECTIONS, StatedPerson, StatedSettings } from '@careledger/contracts';
import { AuthorityId, PractitionerId, Timestamp, closedObject } from '@careledger/domain';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { Passphrase } from '../schemas.js';

/** Ready from the patient's app or an authority, or what the patient states with the passphrase. */
export const SettingsBody = Type.Union([
  closedObject({ statement: CompactJws }),
  closedObject({ settings: StatedSettings, passphrase: Passphrase }),
]);
export type SettingsBody = Static<typeof SettingsBody>;

const Author = Type.Union([Type.Literal('patient'), Type.Literal('authority')]);
const Hash = Type.String({ description: 'Statement hash: SHA-256, lower-case hexadecimal' });
const versionView = {
  version: Type.Integer({ minimum: 1 }),
  hash: Hash,
  /** Readings with a rule time from here on are judged by it. */
  from: Timestamp,
};

/** What was taken. Nothing of what is set: an authority need not be one that may read. */
export const SettingsTaken = Type.Object(versionView);
export type SettingsTaken = Static<typeof SettingsTaken>;

const { glucose, news2, bloodPressure, fever, silence } = LIMIT_SECTIONS;
const SettingsInForce = Type.Object(
  {
    windowMs: Type.Integer(),
    person: Type.Required(StatedPerson),
    glucose: Type.Required(glucose),
    news2: Type.Required(news2),
    bloodPressure: Type.Required(bloodPressure),
    fever: Type.Required(fever),
    silence: Type.Required(silence),
  },
  { title: 'SettingsInForce' },
);

export const SettingsView = Type.Object(
  {
    /** 0: nobody has stated anything, and the published limits judge. */
    version: Type.Integer({ minimum: 0 }),
    hash: Type.Union([Hash, Type.Null()]),
    from: Type.Union([Timestamp, Type.Null()]),
    /** What the patient stated last. */
    patient: StatedSettings,
    /** What an authority stated last. */
    authority: StatedSettings,
    /** What follows of both, and judges. */
    inForce: SettingsInForce,
  },
  { title: 'SettingsView' },
);
export type SettingsView = Static<typeof SettingsView>;

const SettingsVersionView = Type.Object(
  {
    ...versionView,
    by: Author,
    authorityId: Type.Optional(AuthorityId),
    practitionerId: Type.Optional(PractitionerId),
    /** What this statement says; what the other author said before stands beside it. */
    settings: StatedSettings,
    statement: CompactJws,
  },
  { title: 'SettingsVersionView' },
);
export const SettingsVersionsPage = Type.Object({ versions: Type.Array(SettingsVersionView), next: Next });
export type SettingsVersionsPage = Static<typeof SettingsVersionsPage>;
