import { contentTag, matches } from '@careledger/service-kit';
import { problem } from '../problems.js';

/** @param shown what a GET shows of the resource now @throws ProblemError RESOURCE_CHANGED where `If-Match` names another */
export function assertUnchanged(ifMatch: string | undefined, shown: object): void {
  if (!matches(ifMatch, contentTag(shown)))
    throw problem('RESOURCE_CHANGED', 'It has changed since it was read: read it again');
}
