import { isObject, type Json } from '../json.js';
import { R4_DEFINITION } from '../systems.js';
import { at } from '../validate.js';
import type { Report } from './issue.js';
import { checkVitalSigns, isVitalSignProfile } from './vital-signs.js';

/**
 * Reports claims of a profile that nobody here can check: whoever reads them would rely on them. What is checked are R4's
 * types, each a profile of itself, and its vital signs.
 */
export function checkProfiles(resource: Json, path: string, report: Report): void {
  const { resourceType, meta } = resource;
  const claimed = profilesOf(meta);
  claimed.forEach((profile, index) => {
    const isChecked =
      profile === `${R4_DEFINITION}${String(resourceType)}` ||
      (resourceType === 'Observation' && isVitalSignProfile(profile));
    if (isChecked) return;
    const message = `nobody here checks ${profile}: leave the claim out`;
    report({ code: 'not-supported', path: `${at(path, 'meta')}.profile[${index}]`, message });
  });
  if (resourceType === 'Observation') checkVitalSigns(resource, { path, claimed }, report);
}

const profilesOf = (meta: unknown): string[] =>
  isObject(meta) && Array.isArray(meta['profile'])
    ? meta['profile'].map((one) => (typeof one === 'string' ? one.replace(/\|4\.0(?:\.1)?$/, '') : ''))
    : [];
