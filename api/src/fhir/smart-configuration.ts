import { SmartConfiguration, signInPlace, type ServiceApp } from '@careledger/service-kit';
import type { ApiConfig } from '../config.js';
import { FHIR_BASE } from './table.js';

/**
 * Says below the base of FHIR where people sign in (SMART App Launch 2.2, section 8): at the first issuer of the authority's own
 * organisation. Without one there is no such route. Pages of every origin may read it.
 */
export function addSmartConfiguration(app: ServiceApp, { auth, ledger }: ApiConfig): void {
  const place = signInPlace(auth.issuers ?? [], ledger.mspId);
  if (place === undefined) return;
  app.get(
    `${FHIR_BASE}/.well-known/smart-configuration`,
    { config: { public: true }, schema: { hide: true, response: { 200: SmartConfiguration } } },
    async (_request, reply) => {
      // Before anybody is asked: what is wrong there is for pages to read as well.
      void reply.header('access-control-allow-origin', '*');
      return place();
    },
  );
}
