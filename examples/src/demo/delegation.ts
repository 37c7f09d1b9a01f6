import { Gateway } from '@careledger/client';
import { CHANNELS } from '@careledger/domain';
import { ConsentSigner, Desk, fetchAuthorityKeys, newActingContent, newContent } from '@careledger/signer';
import type { RunningNetwork } from '@careledger/supervisor';
import { eventually } from '../client/eventually.js';
import { expectRefusal, short, writerOf, type DemoContext } from './context.js';
import { labReport } from './lab-report.js';

const CARER = 'Anna, my daughter';
const DAY_MS = 86_400_000;

/** A patient whose consent key no gateway has, and who has no device. */
export interface SigningPatient {
  readonly desk: Desk;
  /** Asks the gateway as the patient. */
  readonly api: Gateway;
}

/** The patient makes the key and appoints the gateway's: what `careledger-consent` does, without a file. */
export async function enrolWithSigner(
  { gateway }: Pick<DemoContext['careledger'], 'gateway'>,
  { networkId }: Pick<RunningNetwork, 'networkId'>,
): Promise<SigningPatient> {
  const { url, tokens } = gateway;
  const desk = deskOf(await ConsentSigner.of(await newContent(networkId)));
  await desk.enrol({ url, token: tokens.ops });
  const { patientId } = desk;
  const api = new Gateway({ url, token: desk.signer.content.gateway?.token ?? '' });
  await eventually(`The registration of ${patientId}`, async () => {
    const { registeredOn } = await api.getPatient({ path: { patientId } });
    return registeredOn.length === CHANNELS.length ? registeredOn : undefined;
  });
  return { desk, api };
}

/** The patient lets a carer decide; what the carer did counts as the patient's word, and the patient is told. */
export async function delegation(context: DemoContext, { desk, api }: SigningPatient): Promise<void> {
  const { narrator } = context;
  const { patientId, signer } = desk;
  const { networkId } = signer.content;
  const writer = writerOf(context);
  const write = async () => {
    const report = { patientId, bundle: labReport(patientId, new Date().toISOString()) };
    return writer.api.finished(await writer.api.createRecord({ body: report }));
  };
  await expectRefusal(write());

  const carer = deskOf(await ConsentSigner.of(newActingContent(networkId, patientId)));
  const until = new Date(Date.now() + DAY_MS).toISOString();
  const { prepared, scope } = await signer.delegation(
    await carer.signer.card(),
    {
      ...{ name: CARER, kind: 'carer', acts: ['grant'], permissions: ['write'], purposes: ['TREAT'] },
      ...{ scope: [], until, further: 0 },
    },
    await desk.look(),
  );
  const statement = await desk.sign(prepared);
  await desk.send(statement);
  const appointment = signer.appointment(statement, { scope, until });
  carer.signer.appointed(appointment);
  const delegationId = appointment.path.at(-1) ?? '';
  await eventually(`The delegation of ${patientId}`, async () => {
    const { delegates } = await api.listPatientDelegates({ path: { patientId } });
    return delegates.find((each) => each.delegationId === delegationId && each.status === 'active');
  });
  const { token } = await api.createPatientDelegateToken({ path: { patientId, delegationId } });
  carer.signer.reach({ url: context.careledger.gateway.url, token });
  const { authorityId } = writer;
  const published = await fetchAuthorityKeys(context.careledger.authorities[writer.name]?.url ?? '', {
    ...{ authorityId, networkId },
  });
  carer.signer.trust(authorityId, published.encryptionKey);
  const grant = { authorityId, permissions: ['write'], purposes: ['TREAT'] } as const;
  await carer.decide(
    await carer.signer.grant(grant, await carer.look(), await carer.client.authority(authorityId)),
  );
  await write();
  const { decisions } = await api.listPatientDelegatesDecisions({ path: { patientId } });
  const [told] = decisions;
  if (told?.name !== CARER || told.kind !== 'grant')
    throw new Error('What a carer decided is not told to the patient.');
  narrator.say(
    `${short(patientId)}: the patient’s own signer let “${told.name}” decide as a carer for a day; the carer let ${writer.name} ` +
      `write, which was refused before; the patient is told who decided: “${told.name}”, a ${told.kind}`,
  );
}

/** Says yes to every sentence, and keeps nothing longer than the demo. */
function deskOf(signer: ConsentSigner): Desk {
  return new Desk({ signer, keep: () => Promise.resolve(), confirm: () => Promise.resolve() });
}
