import { useEffect, useRef } from 'preact/hooks';
import { printable, type Asked } from '../core/index.js';

/** What the patient is asked to sign, and what the answer leads to. */
export interface Question {
  readonly asked: Asked;
  readonly answer: (isYes: boolean) => void;
}

/** A decision that the patient did not want after all. */
export class NotSigned extends Error {
  override readonly name = 'NotSigned';
  override readonly message = 'Nothing was signed, and nothing was sent';
}

/**
 * Shows the sentences that are made of the very bodies that are signed. Closing it is a no. The keyboard begins at its heading, so
 * that a key that was pressed for something else signs nothing.
 */
export function Sentence({ asked: { heading, prepared }, answer }: Question) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    title.current?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label="You sign"
      onCancel={(event) => {
        event.preventDefault();
        answer(false);
      }}
    >
      <h2 ref={title} tabIndex={-1}>
        You sign
      </h2>
      {heading !== undefined && <p>{printable(heading)}</p>}
      {prepared.map(({ sentence }, index) => (
        <p key={index} class="sentence">
          {printable(sentence)}
        </p>
      ))}
      <button onClick={() => answer(true)}>Sign</button>
      <button class="quiet" onClick={() => answer(false)}>
        Do not sign
      </button>
    </dialog>
  );
}
