import type { CheckLocation } from './switched-build.js';

const api = (file: string, find: string, off: string, within?: string): CheckLocation => ({
  file: `api/dist/src/${file}.js`,
  find,
  off,
  ...(within === undefined ? {} : { within }),
});

/** Each check between an authority's people and plaintext: where it stands, and what it is taken for while it is off. */
export const GATE_LOCATIONS = {
  active: api('policy/vouching', "practitionerId !== undefined && practitioner?.stage !== 'active'", 'false'),
  'one-unit': api('policy/vouching', 'units.some((other) => other !== unit)', 'false'),
  decided: api('policy/judge', 'strict !== undefined', 'false'),
  'both-channels': api('policy/judge', '[own, other]', '[own]', '[own, other].find((answer)'),
  'mirror-age': api('policy/judge', 'nowMs - Date.parse(policy.heardAt) <= MIRROR_MAX_AGE_MS', 'true'),
  'notice-age': api('policy/judge', 'nowMs - issuedAtMs <= NOTICE_MAX_AGE_MS', 'true'),
  objection: api('access/read-gate', 'objection !== undefined', 'false'),
  'notice-signed': {
    file: 'packages/statements/dist/portable/check.js',
    find: 'key === undefined',
    off: 'false',
  },
  'notice-signature': {
    file: 'packages/statements/dist/portable/check.js',
    find: '!verifyJws(statement.jws, key, verifier)',
    off: 'false',
  },
  'notice-addressed': api('notices/emergency-service', 'authorityId !== issuer.authorityId', 'false'),
  'notice-granted': api('notices/emergency-service', 'policy.noticing(patientId).length === 0', 'false'),
  'notice-fresh': {
    file: 'packages/statements/dist/portable/check.js',
    find: 'maxAgeSeconds !== undefined && payload.iat < now - maxAgeSeconds',
    off: 'false',
  },
  'notice-record': api(
    'notices/emergency-service',
    'recordIdOf({ author: patientId, patientId, seed }, sha256) !== recordId',
    'false',
  ),
  'notice-tags': api(
    'notices/emergency-service',
    'JSON.stringify(signed) !== JSON.stringify(tagGroups)',
    'false',
  ),
} as const satisfies Readonly<Record<string, CheckLocation>>;

export type GateCheck = keyof typeof GATE_LOCATIONS;
