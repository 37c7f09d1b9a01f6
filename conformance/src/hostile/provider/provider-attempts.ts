import { ASKING_ATTEMPTS } from './asking.js';
import { RELAYING_ATTEMPTS } from './relaying.js';
import { SPENDING_ATTEMPTS } from './spending.js';
import { STORING_ATTEMPTS } from './storing.js';
import { WRAPPING_ATTEMPTS } from './wrapping.js';
import type { ProviderKind } from './provider-kind.js';

/** What others try with a provider: who stores, who wraps, who asks, who releases. */
export const PROVIDER_ATTEMPTS: readonly ProviderKind[] = [
  ...STORING_ATTEMPTS,
  ...WRAPPING_ATTEMPTS,
  ...ASKING_ATTEMPTS,
  ...SPENDING_ATTEMPTS,
  ...RELAYING_ATTEMPTS,
];
