import { useEffect, useMemo, useState } from 'preact/hooks';
import type { AskedSubscription, Desk, OwnState } from '../core/index.js';
import { useAction } from './action.js';
import { Authorities } from './authorities.js';
import { Backup } from './backup.js';
import { Counter } from './counter.js';
import { Failure } from './form.js';
import { Gateway } from './gateway.js';
import { GrantForm } from './grant-form.js';
import { Grants } from './grants.js';
import { Requests } from './requests.js';
import { Sentence, type Question } from './sentence.js';
import { Unsent } from './unsent.js';
import type { VaultStore } from './vault-store.js';

interface Shown {
  readonly state: OwnState;
  readonly asked: readonly AskedSubscription[];
}

/** The open file: everything that the patient can decide here. */
export function Home({ desk, store }: { readonly desk: Desk; readonly store: VaultStore }) {
  const [question, setQuestion] = useState<Question>();
  const [shown, setShown] = useState<Shown>();
  const [, setVersion] = useState(0);
  const loading = useAction();
  const counter = useMemo(
    () =>
      new Counter(desk, (prepared) => {
        const { promise, resolve } = Promise.withResolvers<boolean>();
        setQuestion({ prepared, answer: resolve });
        return promise.finally(() => setQuestion(undefined));
      }),
    [desk],
  );
  const refresh = (): void => {
    setVersion((version) => version + 1);
    if (counter.hasGateway) loading.run(async () => setShown(await look(counter)));
  };
  useEffect(refresh, [counter]);
  return (
    <>
      <p>
        You are <code>{desk.patientId}</code> on network {desk.signer.content.networkId}.
      </p>
      <Failure action={loading} />
      {counter.hasGateway && <Unsent counter={counter} changed={refresh} />}
      {shown !== undefined && (
        <>
          <Requests counter={counter} asked={shown.asked} changed={refresh} />
          <Grants counter={counter} state={shown.state} changed={refresh} />
          <GrantForm counter={counter} changed={refresh} />
        </>
      )}
      {counter.hasGateway && (
        <button class="quiet" disabled={loading.isBusy} onClick={refresh}>
          Look again
        </button>
      )}
      <Gateway counter={counter} changed={refresh} />
      <Authorities counter={counter} changed={refresh} />
      <Backup store={store} patientId={desk.patientId} />
      {question !== undefined && <Sentence {...question} />}
    </>
  );
}

async function look(counter: Counter): Promise<Shown> {
  const { client, desk } = counter;
  const state = await desk.ownState(client);
  const asked = await client.subscriptions(desk.patientId);
  return { state, asked: asked.filter(({ status }) => status === 'pending') };
}
