/** Whether a text has a digit that is not one of 0 to 9, such as `١` or a full-width `１`. */
export const hasForeignDigits = (text: string): boolean => /\p{Nd}/u.test(text.replace(/[0-9]/g, ''));
