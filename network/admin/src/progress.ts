/** Told of each step as it is done: `step` is short and stable, `detail` is for people. */
export type Progress = (step: string, detail: string) => void;

/** For callers that do not watch. */
export const silent: Progress = () => undefined;
