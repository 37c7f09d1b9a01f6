/** The element that the caller knows to be there. @throws RangeError if it is not: a defect, never bad input */
export function elementAt<T>(list: ArrayLike<T>, index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`No element ${index} of ${list.length}`);
  return element;
}
