import { useEffect, useMemo, useState } from 'preact/hooks';
import { Desk, type AskedSubscription, type ListedPolicy } from '../core/index.js';
import { useAction } from './action.js';
import { Authorities } from './authorities.js';
import { Backup } from './backup.js';
import { Delegates, type ShownDelegates } from './delegates.js';
import { Failure } from './form.js';
import { Gateway } from './gateway.js';
import { GrantForm } from './grant-form.js';
import { Key } from './key.js';
import { Policy } from './policy.js';
import { Rules, type ShownRules } from './rules.js';
import type { OpenFile } from './open-file.js';
import { Recoveries } from './recoveries.js';
import { Requests } from './requests.js';
import { NotSigned, Sentence, type Question } from './sentence.js';
import { Unsent } from './unsent.js';
import type { VaultStore } from './vault-store.js';

interface Shown {
  readonly rules: ShownRules;
  readonly asked: readonly AskedSubscription[];
  readonly delegates: ShownDelegates;
  readonly policy: ListedPolicy | null;
}

/** The open file: everything that the patient can decide here. */
export function Home({ file, store }: { readonly file: OpenFile; readonly store: VaultStore }) {
  const [question, setQuestion] = useState<Question>();
  const [shown, setShown] = useState<Shown>();
  const [, setKept] = useState(0);
  const loading = useAction();
  const desk = useMemo(
    () =>
      new Desk({
        signer: file.signer,
        // What is kept is shown, whatever comes of sending it.
        keep: async (content) => {
          await file.keep(content);
          setKept((kept) => kept + 1);
        },
        confirm: async (asked) => {
          const { promise, resolve } = Promise.withResolvers<boolean>();
          setQuestion({ asked, answer: resolve });
          const isYes = await promise;
          setQuestion(undefined);
          if (!isYes) throw new NotSigned();
        },
      }),
    [file],
  );
  // A delegate's file signs its own decisions, and these are the patient's.
  const isOwn = desk.signer.content.acting === undefined;
  const refresh = (): void => {
    if (desk.hasGateway) loading.run(async () => setShown(await look(desk)));
  };
  useEffect(refresh, [desk]);
  return (
    <>
      <p>
        You are <code>{desk.patientId}</code> on network {desk.signer.content.networkId}.
      </p>
      <Failure action={loading} />
      {isOwn && desk.hasGateway && <Recoveries desk={desk} />}
      {desk.hasGateway && <Unsent desk={desk} changed={refresh} />}
      {shown !== undefined && (
        <>
          <Requests desk={desk} asked={shown.asked} changed={refresh} />
          {isOwn && <Policy desk={desk} listed={shown.policy} changed={refresh} />}
          <Rules desk={desk} rules={shown.rules} changed={refresh} />
          <GrantForm desk={desk} changed={refresh} />
          {isOwn && <Delegates desk={desk} shown={shown.delegates} rules={shown.rules} changed={refresh} />}
        </>
      )}
      {desk.hasGateway && (
        <button class="quiet" disabled={loading.isBusy} onClick={refresh}>
          Look again
        </button>
      )}
      <Gateway desk={desk} changed={refresh} />
      <Authorities desk={desk} />
      {isOwn && desk.hasGateway && <Key desk={desk} store={store} changed={refresh} />}
      <Backup store={store} patientId={desk.patientId} />
      {question !== undefined && <Sentence {...question} />}
    </>
  );
}

async function look(desk: Desk): Promise<Shown> {
  const rules = await desk.look();
  const { client, patientId } = desk;
  const asked = await client.subscriptions(patientId);
  const delegates = await client.delegates(patientId);
  const decisions = await client.delegated(patientId);
  const isOwn = desk.signer.content.acting === undefined;
  const policy = isOwn ? await client.standingPolicy(patientId) : null;
  return {
    ...{ rules, delegates: { delegates, decisions }, policy },
    asked: asked.filter(({ status }) => status === 'pending'),
  };
}
