import type { ComponentChildren, JSX } from 'preact';
import type { Action } from './action.js';

/** A form that does one thing, with its button and what became of it. */
export function Form({
  name,
  submit,
  action,
  children,
}: {
  readonly name: string;
  /** Resolves when it is done; the form keeps what was typed. */
  readonly submit: (fields: FormData) => Promise<void>;
  readonly action: Action;
  readonly children?: ComponentChildren;
}) {
  return (
    <form
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        const fields = new FormData(event.currentTarget);
        action.run(() => submit(fields));
      }}
    >
      {children}
      <button disabled={action.isBusy}>{name}</button>
      <Failure action={action} />
    </form>
  );
}

export function Failure({ action: { failure } }: { readonly action: Action }) {
  return failure === undefined ? null : <p role="alert">{failure}</p>;
}

/** A labelled line of text. */
export function Field({
  label,
  name,
  type = 'text',
  optional,
}: {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'password' | 'url' | 'file' | 'datetime-local';
  readonly optional?: true;
}) {
  const input = {
    name,
    type,
    required: optional !== true,
    autocomplete: 'off',
  } as JSX.IntrinsicElements['input'];
  return (
    <label>
      {label}
      <input {...input} />
    </label>
  );
}

/** What was typed under a name, without blanks around it; empty where nothing was. */
export const textOf = (fields: FormData, name: string): string => {
  const value = fields.get(name);
  return typeof value === 'string' ? value.trim() : '';
};
