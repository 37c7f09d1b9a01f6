import { PERMISSION_WORDS, PURPOSE_WORDS } from '@careledger/consent';
import type { Permission, PurposeOfUse } from '@careledger/domain';

/** What may be done with records, in the order in which it is shown. */
export const PERMISSIONS = ['read', 'write', 'modify'] as const satisfies readonly Permission[];

export const permissionWord = (word: Permission): string => PERMISSION_WORDS[word];

/** With the code, which others show the patient too. */
export const purposeWord = (word: PurposeOfUse): string => `${PURPOSE_WORDS[word]} (${word})`;
