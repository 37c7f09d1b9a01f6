import { SYSTEM, clinicalBundle, detailBundle, emergencyBundle, periodicBundle } from '@careledger/fhir';
import {
  H8,
  LAB,
  OTHER_PATIENT,
  PATIENT,
  authority,
  byGateway,
  byLab,
  clinical,
  detail,
  emergency,
  ofOneCause,
  otherSubject,
  outside,
  periodic,
} from '@careledger/fhir/testing';
import type { Part } from '@careledger/fhir/testing';
import { one } from './case.js';
import type { Case } from './case.js';

const window = periodicBundle(periodic);
const values = detailBundle(detail);
const episode = emergencyBundle(emergency);
const twoAlarms = emergencyBundle(ofOneCause);
const without = (bundle: typeof window, resourceType: string): Part => ({
  ...bundle,
  entry: bundle.entry.filter(({ resource }) => resource.resourceType !== resourceType),
});
const withFirst = (bundle: typeof window, more: Part): Part => {
  const [first, ...rest] = bundle.entry;
  return { ...bundle, entry: [{ ...first, resource: { ...first?.resource, ...more } }, ...rest] };
};

/** Single values of which the first say something else. */
function sampledAs(more: Part): Part {
  const [first] = values.entry;
  const component = first?.resource.resourceType === 'Observation' ? (first.resource.component ?? []) : [];
  return withFirst(values, {
    component: component.map((each) =>
      'valueSampledData' in each
        ? { ...each, valueSampledData: { ...each.valueSampledData, ...more } }
        : each,
    ),
  });
}

export const KIND_CASES: readonly Case[] = [
  [
    'authority-makes-an-emergency',
    'KIND_MISMATCH',
    'Only gateways raise them',
    episode,
    { ...byLab, kind: 'emergency' },
  ],
  [
    'authority-makes-a-window',
    'KIND_MISMATCH',
    'Only gateways make them',
    window,
    { ...byLab, kind: 'periodic' },
  ],
  [
    'single-values-among-aggregates',
    'KIND_MISMATCH',
    'Whoever may read aggregates would be shown single values',
    { ...window, entry: [...window.entry, ...values.entry.slice(0, 1)] },
    byGateway('periodic'),
  ],
  [
    'single-values-that-are-none',
    'PROFILE_VIOLATION',
    'A place with two points, which is no number',
    sampledAs({ data: '47 5..4 E' }),
    byGateway('detail'),
  ],
  [
    'single-values-below-no-limit',
    'PROFILE_VIOLATION',
    'Below the lower limit, and there is none',
    sampledAs({ data: '47 L E' }),
    byGateway('detail'),
  ],
  [
    'window-as-single-values',
    'KIND_MISMATCH',
    'Aggregates under the name of single values',
    { ...window, identifier: values.identifier },
    byGateway('detail'),
  ],
  [
    'gateway-makes-a-clinical-record',
    'KIND_MISMATCH',
    'Only authorities write them',
    clinicalBundle(clinical),
    { ...byLab, author: PATIENT },
  ],
  [
    'clinical-record-identified-as-an-episode',
    'KIND_MISMATCH',
    'It would be taken for the gateway’s',
    { ...one({}), identifier: { system: SYSTEM.episode, value: `${PATIENT}/glucose-very-low/${H8}` } },
  ],
  [
    'result-identified-as-an-alarm',
    'KIND_MISMATCH',
    'It would be taken for the gateway’s',
    one({ identifier: [{ system: SYSTEM.episode, value: `${PATIENT}/glucose-very-low/${H8}` }] }),
  ],
  ['window-as-an-emergency', 'KIND_MISMATCH', 'An alarm that is none', window, byGateway('emergency')],
  ['emergency-as-a-window', 'KIND_MISMATCH', 'An alarm that nobody hears', episode, byGateway('periodic')],
  [
    'window-with-an-alarm',
    'KIND_MISMATCH',
    'An alarm that nobody hears, under the name of a window',
    { ...episode, identifier: window.identifier },
    byGateway('periodic'),
  ],
  [
    'alarm-of-another-episode',
    'KIND_MISMATCH',
    'The record and the alarm in it name two episodes',
    withFirst(episode, {
      identifier: [{ system: SYSTEM.episode, value: `${PATIENT}/glucose-very-high/${H8}` }],
    }),
    byGateway('emergency'),
  ],
  [
    'emergency-with-an-alarm-twice',
    'KIND_MISMATCH',
    'Two alarms of one episode: which of them holds?',
    {
      ...twoAlarms,
      entry: twoAlarms.entry.map(({ fullUrl, resource }) => ({
        fullUrl,
        resource: {
          ...resource,
          ...(fullUrl === twoAlarms.entry[0]?.fullUrl && {
            identifier: [{ ...twoAlarms.identifier }],
          }),
        },
      })),
    },
    byGateway('emergency'),
  ],
  [
    'window-without-provenance',
    'KIND_MISMATCH',
    'Nobody says on which block it rests',
    without(window, 'Provenance'),
    byGateway('periodic'),
  ],
  [
    'gateway-writes-a-note',
    'KIND_MISMATCH',
    'A document among the readings',
    {
      ...window,
      entry: [
        ...window.entry,
        ...clinicalBundle({ ...clinical, author: { authorityId: LAB } })
          .entry.filter(({ resource }) => resource.resourceType === 'DocumentReference')
          .map(({ fullUrl, resource }) => ({
            fullUrl,
            resource: { ...resource, author: [outside('Device', SYSTEM.gateway, 'gateway-home-1')] },
          })),
      ],
    },
    byGateway('periodic'),
  ],
  [
    'gateway-names-a-laboratory',
    'AUTHOR_MISMATCH',
    'A gateway says that a laboratory measured',
    withFirst(window, { performer: [authority(LAB)] }),
    byGateway('periodic'),
  ],
  [
    'gateway-adds-an-element',
    'PROFILE_VIOLATION',
    'More than gateways write',
    withFirst(window, { bodySite: { text: 'x' } }),
    byGateway('periodic'),
  ],
  [
    'window-of-another-patient',
    'SUBJECT_MISMATCH',
    'The window is named for another patient',
    { ...window, identifier: { system: SYSTEM.window, value: `${OTHER_PATIENT}/${H8}/${H8 + 1}` } },
    byGateway('periodic'),
  ],
  [
    'window-about-another-patient',
    'SUBJECT_MISMATCH',
    'One aggregate of another patient',
    withFirst(window, { subject: otherSubject }),
    byGateway('periodic'),
  ],
];
