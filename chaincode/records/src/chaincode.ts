import type { Chaincode } from '@careledger/chaincode-runtime';
import { records } from '@careledger/contracts';
import { getAccess, listAccesses, requestAccess } from './access.js';
import { organisationOf } from './access-control.js';
import { anchorHeads, getHead, listAnchors } from './anchors.js';
import { announceRecords, getAnnouncement, listAnnouncements } from './announced.js';
import { attestTransactions, getAttestations } from './attestations.js';
import { confirmRecordTags } from './confirmations.js';
import { listForks, reportFork } from './forks.js';
import { recordHistory } from './history.js';
import { reportReadings } from './notice-readings.js';
import { anchorReadings, listReadingAnchors } from './reading-anchors.js';
import { getRecord, listRecords, reviseRecords, storeRecords } from './stored.js';
import { attestWraps, listWrapHolders } from './wrap-attestations.js';
import { listVisits, recordVisit, relateVisit } from './visits.js';

/** What exists, who asked for it, and what was answered. */
export const recordsChaincode: Chaincode<typeof records> = {
  definition: records,
  handlers: {
    StoreRecords: storeRecords,
    ReviseRecords: reviseRecords,
    AnnounceRecords: announceRecords,
    ConfirmRecordTags: confirmRecordTags,
    AttestWraps: attestWraps,
    AnchorHeads: anchorHeads,
    AnchorReadings: anchorReadings,
    ReportFork: reportFork,
    RequestAccess: requestAccess,
    ReportReadings: reportReadings,
    RecordVisit: recordVisit,
    RelateVisit: relateVisit,
    AttestTransactions: attestTransactions,
    GetRecord: getRecord,
    RecordHistory: recordHistory,
    GetAnnouncement: getAnnouncement,
    ListRecords: listRecords,
    ListAnnouncements: listAnnouncements,
    ListWrapHolders: listWrapHolders,
    GetHead: getHead,
    ListAnchors: listAnchors,
    ListReadingAnchors: listReadingAnchors,
    ListForks: listForks,
    GetAccess: getAccess,
    ListAccesses: listAccesses,
    ListVisits: listVisits,
    GetAttestations: getAttestations,
  },
  callers: { organisationOf, namedMsp: {} },
};
