import { timestampOf, type GatewayKind } from '@careledger/domain';
import type { GatewayCore } from '../../core.js';
import type { AnchorStore } from '../../delivery/anchor-store.js';
import type { NoticeStore } from '../../delivery/notice-store.js';
import type { OwnVersionStore } from '../../delivery/own-version-store.js';
import type { ProcessingStore, Processor } from '../../processing/index.js';
import { EMERGENCIES_MAX, type StatisticsView } from './statistics-schemas.js';

export interface StatisticsSources {
  readonly anchors: Pick<AnchorStore, 'get'>;
  readonly core: Pick<GatewayCore, 'pipeline' | 'patients' | 'devices'>;
  readonly processor: Pick<Processor, 'persist' | 'progress'>;
  readonly processing: Pick<ProcessingStore, 'excludedCount' | 'alarmCounts'>;
  readonly versions: Pick<OwnVersionStore, 'counts' | 'emergencies'>;
  readonly notices: Pick<NoticeStore, 'ofVersion'>;
}

/** What happened at this gateway. The processing is brought up to date with what is stored first. */
export function statisticsOf({
  anchors,
  core,
  processor,
  processing,
  versions,
  notices,
}: StatisticsSources): StatisticsView {
  processor.persist();
  const { frames, readings } = processor.progress;
  const { counters } = core.pipeline;
  const patients = core.patients.list();
  const devices = core.devices.list();
  const counts = versions.counts();
  const sum = (stages: readonly string[]) => {
    const rows = counts.filter(({ stage }) => stages.includes(stage));
    return {
      records: rows.reduce((total, row) => total + row.records, 0),
      versions: rows.reduce((total, row) => total + row.versions, 0),
    };
  };
  const ofKind = (wanted: GatewayKind): number =>
    counts.reduce((total, { kind, records }) => total + (kind === wanted ? records : 0), 0);
  return {
    patients: patients.length,
    devices: devices.length,
    frames,
    readings,
    framesRejected: Object.fromEntries(counters.rejected),
    framesDuplicate: counters.duplicates,
    gaps: devices.reduce((total, device) => total + device.missing, 0),
    implausible: processing.excludedCount(),
    blocks: patients.reduce((total, { chain }) => total + chain.durableHead.height + 1, 0),
    blocksAnchored: patients.reduce(
      (total, { patientNo }) => total + (anchors.get(patientNo).anchored?.height ?? -1) + 1,
      0,
    ),
    records: { periodic: ofKind('periodic'), emergency: ofKind('emergency'), detail: ofKind('detail') },
    alarms: processing.alarmCounts(),
    stored: sum(['stored', 'announced']),
    announced: sum(['announced']),
    refused: sum(['refused']),
    emergencies: versions.emergencies(EMERGENCIES_MAX).map((version) => ({
      recordId: version.recordId,
      patientNo: version.patientNo,
      arrivedMs: version.arrivedMs,
      madeMs: version.madeMs,
      storedMs: version.storedMs,
      announcedMs: version.announcedMs,
      notices: notices.ofVersion(version.versionNo).map(({ authorityId, status, sentMs }) => ({
        authorityId,
        status,
        sentMs,
      })),
    })),
    at: timestampOf(Date.now()),
  };
}
